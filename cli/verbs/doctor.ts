import { type Finding } from '../doctor/finding';
import { Failure, UsageError } from '../failures';
import { type Io } from '../output/io';
import { load } from '../load';
import { paint, say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { JSON_OPTION } from './common';

const MARKS = {
  ok: ['green', 'ok'],
  warning: ['yellow', 'warning'],
  problem: ['red', 'PROBLEM'],
  check: ['cyan', 'check'],
} as const;

export const doctorVerb: Verb = (program, io) => {
  program
    .command('doctor')
    .description('Check settings, database, keys and Temporal. Changes nothing.')
    .option('--provider', 'also ask Instagram about the app, and list what to check at Meta')
    .option('--server', 'ask the running API for its own view instead, by HTTP')
    .option(...JSON_OPTION)
    .action(async (options: Options) => examine(io, options));
};

interface Options {
  json?: true;
  provider?: true;
  server?: true;
}

async function examine(io: Io, options: Options): Promise<void> {
  if (options.server && options.provider)
    throw new UsageError(
      '--server and --provider cannot be combined: the API does not ask Instagram for this.',
    );
  const findings = options.server
    ? await load.server().examineServer(io)
    : await load.doctor().examine(io, { provider: options.provider === true });
  if (options.json) sayJson(io, { data: findings });
  const width = Math.max(...findings.map(({ part }) => part.length)) + 2;
  if (!options.json) say(io, ...findings.flatMap((finding) => linesOf(io, finding, width)));
  const problems = findings.filter(({ level }) => level === 'problem').length;
  if (problems > 0)
    throw new Failure(`${problems} ${problems === 1 ? 'part needs' : 'parts need'} attention.`);
}

/** @param width of the column of parts */
function linesOf(io: Io, { part, level, text, hint }: Finding, width: number): string[] {
  const [colour, word] = MARKS[level];
  const indent = ' '.repeat(width + 11);
  return [
    `${part.padEnd(width)}${paint(io, colour, word.padEnd(9))}  ${text}`,
    ...(hint === null ? [] : [`${indent}${hint}`]),
  ];
}
