const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Other texts that lenient readers take for the same bytes as this base64url text, whose last character has bits to spare. */
export function otherSpellings(text: string): string[] {
  const last = ALPHABET.indexOf(text.at(-1)!);
  const sameBytes = [1, 2, 3].map((bits) => text.slice(0, -1) + ALPHABET[(last & ~3) | ((last + bits) & 3)]!);
  const spelt = text.replace(/-/g, '+').replace(/_/g, '/');
  return [
    ...sameBytes,
    `${text}=`,
    `${text}==`,
    `${text}!`,
    ` ${text}`,
    `${text}\n`,
    `${text.slice(0, 5)}~${text.slice(5)}`,
    ...(spelt === text ? [] : [spelt]),
  ];
}

/** Every beginning of a text but the whole. */
export function beginnings(text: string): string[] {
  return Array.from(text, (_, length) => text.slice(0, length));
}

/** Texts one character away: longer, or with one changed in each place. */
export function neighbours(text: string): string[] {
  const changed = Array.from(
    text,
    (was, at) => text.slice(0, at) + (was === 'A' ? 'B' : 'A') + text.slice(at + 1),
  );
  return [...changed, `${text}A`, `A${text}`, text + text];
}
