import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** A fenced block of a Markdown file, or commands that stand in a comment and only the test runs. */
export interface Block {
  /** `docs/cli.md:26` */
  at: string;
  language: string;
  text: string;
  /** Why it cannot run in the sandbox: the comment `<!-- not run: … -->` before it. */
  notRun: string | null;
  /** Its last command is a server: it is stopped once it has printed what is shown. The comment `<!-- runs on -->`. */
  runsOn: boolean;
}

const FENCE = /^ *```/;
const COMMENT = /^ *<!-- *(not run|run): *([^]*?) *-->$/m;
const RUNS_ON = /^ *<!-- *runs on *-->$/;

export function blocksOf(file: string): Block[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const blocks: Block[] = [];
  let notRun: string | null = null;
  let runsOn = false;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const at = `${file}:${index + 1}`;
    if (line.trim().startsWith('<!--')) {
      const end = lines.findIndex((later, place) => place >= index && later.includes('-->'));
      const [, kind, text = ''] = COMMENT.exec(lines.slice(index, end + 1).join('\n')) ?? [];
      if (kind === 'not run') notRun = text;
      if (kind === 'run') blocks.push({ at, language: 'sh', text, notRun: null, runsOn: false });
      runsOn = RUNS_ON.test(line);
      index = end;
    } else if (FENCE.test(line)) {
      const indent = line.length - line.trimStart().length;
      const end = lines.findIndex((later, place) => place > index && FENCE.test(later));
      const text = lines
        .slice(index + 1, end)
        .map((one) => one.slice(indent))
        .join('\n');
      blocks.push({ at, language: line.trim().slice(3).trim(), text, notRun, runsOn });
      notRun = null;
      runsOn = false;
      index = end;
    } else if (line.trim() !== '') {
      notRun = null;
      runsOn = false;
    }
  }
  return blocks;
}

export interface Step {
  command: string;
  /** What the document shows as its output. */
  output: string[];
}

/** The commands of a block, one by one: after `$ `, continued by a `\` at the end of a line or within quotes. */
export function stepsOf({ language, text }: Block): Step[] {
  if (language !== 'console') return [{ command: text, output: [] }];
  const steps: Step[] = [];
  let open = false;
  for (const line of text.split('\n')) {
    const last = steps.at(-1);
    if (!open && line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [] });
    else if (open && last) last.command += `\n${line}`;
    else last?.output.push(line);
    const command = steps.at(-1)?.command ?? '';
    open = (open || line.startsWith('$ ')) && (command.endsWith('\\') || isQuoteOpen(command));
  }
  return steps;
}

function isQuoteOpen(command: string): boolean {
  return (command.replace(/"[^"]*"/g, '').split("'").length - 1) % 2 === 1;
}

/**
 * Whether a command printed what the document shows: each shown line, in this order. Ids, numbers, times and what is
 * cut with `…` may differ; lines of JSON, which documents wrap, are not compared.
 */
export function missingLine(shown: readonly string[], printed: string): string | null {
  const lines = printed.split('\n');
  let from = 0;
  for (const line of shown) {
    if (line.trim() === '' || line.trim() === '…' || /^\s*[{"[]/.test(line)) continue;
    const pattern = patternOf(line);
    const found = lines.findIndex((one, index) => index >= from && pattern.test(one));
    if (found < 0) return line;
    from = found + 1;
  }
  return null;
}

const VARIES =
  /…|https?:\/\/[^\s).,]+(?:\.[^\s).,]+)*|\b(?:int|evt|key|whe|dlv|lnk|emb|aud|inc|blk)_[0-9a-z]{24}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b(?:now|(?:in )?\d+ \w+(?: ago)?)(?![\w-])|\d+/g;

function patternOf(line: string): RegExp {
  const parts = line
    .trim()
    .split(VARIES)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^\\s*${parts.join('.*').replace(/\s+/g, '\\s+')}\\s*$`);
}
