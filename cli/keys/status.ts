import { SEALED_TABLES } from '../../adapters/postgres/keys/sealed-tables';
import { type Io } from '../output/io';
import { paint, say, sayJson, widthOf } from '../output/output';
import { type Column, table } from '../output/table';
import { nextStep } from '../../services/keys/next-step';
import { withKeys } from './open';
import { type KeyReport, type KeysReport, reportOn } from '../../services/keys/report';

const CHECKS = { opens: 'opens', other_bytes: 'wrong bytes', none: 'none yet' } as const;

/** Shows every key, what it seals and who has it, and what to do next. */
export async function showStatus(io: Io, json: boolean): Promise<void> {
  await withKeys(io, async (keys) => {
    const report = await reportOn(keys);
    if (json) sayJson(io, { ...report, next: nextStep(report) });
    else say(io, ...page(io, report));
  });
}

function page(io: Io, report: KeysReport): string[] {
  const { keys, processes } = report;
  const [titles = '', ...rows] = table(columns(processes.length), keys, widthOf(io));
  const holders = table(
    [
      { title: 'PROCESS', value: ({ name }) => name, shrinks: true },
      { title: 'SEALS WITH', value: ({ sealingId }) => sealingId },
      { title: 'HAS', value: ({ keyIds }) => keyIds.join(', '), shrinks: true },
      { title: 'SEEN', value: ({ seenSecondsAgo }) => `${seenSecondsAgo} s ago` },
    ] satisfies Column<KeysReport['processes'][number]>[],
    processes,
    widthOf(io),
  );
  return [
    paint(io, 'bold', titles),
    ...rows.map((line, index) => (isBad(keys[index]!) ? paint(io, 'red', line) : line)),
    '',
    ...(processes.length === 0
      ? ['No running processes.']
      : [paint(io, 'bold', holders[0]!), ...holders.slice(1)]),
    '',
    `Next: ${nextStep(report)}`,
  ];
}

function columns(processes: number): Column<KeyReport>[] {
  return [
    { title: 'KEY', value: ({ id }) => id },
    { title: 'ROLE', value: ({ role }) => role },
    { title: 'CHECK', value: ({ check }) => (check === null ? '-' : CHECKS[check]) },
    ...SEALED_TABLES.map(({ name, title }) => ({
      title: title.toUpperCase(),
      value: ({ rows }: KeyReport) => String(rows[name] ?? 0),
    })),
    { title: 'PROCESSES', value: ({ heldBy }) => `${heldBy.length} of ${processes}` },
  ];
}

function isBad({ role, check }: KeyReport): boolean {
  return role === 'missing' || check === 'other_bytes';
}
