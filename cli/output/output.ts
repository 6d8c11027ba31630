import { type Io } from './io';

/** Names and texts come from outside: none of them may steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

export function say(io: Io, ...lines: string[]): void {
  io.out.write(lines.map((line) => `${line}\n`).join(''));
}

/** Beside the result: hints, warnings. */
export function note(io: Io, ...lines: string[]): void {
  io.err.write(lines.map((line) => `${line}\n`).join(''));
}

/** One document, as the API gave it. */
export function sayJson(io: Io, document: unknown): void {
  say(io, JSON.stringify(document, null, 2));
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Colours are for people at a terminal who did not ask to be spared them. @see https://no-color.org */
export function paint(io: Io, style: keyof typeof STYLES, text: string): string {
  if (!io.out.isTTY || io.env.NO_COLOR) return text;
  return `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}

/** Undefined where output is no terminal: then nothing is cut. */
export function widthOf(io: Io): number | undefined {
  return io.out.isTTY ? io.out.columns : undefined;
}
