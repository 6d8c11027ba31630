// `npm run test:chaos`: real processes, killed at every step, and every outage around them. Prints a table.
import { parseArgs } from 'node:util';
import { type Harness, startHarness } from './harness';
import {
  KILL_STEPS,
  type KillStep,
  REFRESH_MODES,
  type RefreshMode,
  dependsOnMode,
  endsLate,
} from './kill-steps';
import { type Killed, killAt, notReached, outcome, quiet } from './kills';
import { OUTAGES, type Outage } from './outages';
import { type Result, table } from './result';

const USAGE = `usage: npm run test:chaos -- [--json] [--verbose] [--seconds <n>] [name …]
names: kills, ${OUTAGES.map(({ name }) => name).join(', ')}; without names all of them
--seconds  how long PostgreSQL is away in the middle of 50 refreshes (30)
--verbose  also print what the processes logged`;

type Kill = [step: KillStep, mode: RefreshMode];

const allKills = (): Kill[] =>
  KILL_STEPS.flatMap((step) =>
    (dependsOnMode(step) ? REFRESH_MODES : (['same'] as const)).map((mode): Kill => [step, mode]),
  );

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean' },
      seconds: { type: 'string', default: '30' },
    },
  });
  const known = ['kills', ...OUTAGES.map(({ name }) => name)];
  const seconds = Number(values.seconds);
  if (values.help || positionals.some((name) => !known.includes(name)) || !(seconds > 0)) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name);
  const canMount = process.platform === 'linux' && process.getuid?.() === 0;
  const outages = OUTAGES.filter(({ name, needsSmallDisk }) => {
    const isPossible = !needsSmallDisk || canMount;
    if (isWanted(name) && !isPossible)
      process.stderr.write(`left out: ${name} mounts a volume, as root on Linux\n`);
    return isWanted(name) && isPossible;
  });
  const kills = isWanted('kills') ? allKills() : [];

  // One that is never touched gives Instagram's side of the whole a control.
  const accounts = 1 + kills.length + outages.reduce((sum, { connections }) => sum + connections, 0);
  const hasSmallDisk = outages.some(({ needsSmallDisk }) => needsSmallDisk);
  const harness = await startHarness({ accounts, workers: 3 }, { hasSmallDisk });
  const results: Result[] = [];
  const report = (result: Result) => {
    results.push(result);
    process.stderr.write(`${table([result]).split('\n')[1]}\n`);
  };
  try {
    const waiting = await runKills(harness, kills, report);
    await runOutages(harness, outages, seconds, report);
    for (const killed of waiting) report(await outcome(harness, killed));
  } finally {
    if (values.verbose) process.stderr.write(harness.output());
    await harness.stop();
  }
  process.stdout.write(`${values.json ? JSON.stringify(results, null, 2) : table(results)}\n`);
  process.exitCode = results.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

/** @returns those whose end is some minutes away: a lost answer may still arrive for that long */
async function runKills(
  harness: Harness,
  kills: readonly Kill[],
  report: (result: Result) => void,
): Promise<Killed[]> {
  let open: Killed[] = [];
  const settle = async () => {
    const before = open;
    open = await quiet(harness, before);
    for (const killed of before.filter((one) => !open.includes(one))) report(await outcome(harness, killed));
  };
  for (const [step, mode] of kills) {
    await settle();
    try {
      open.push(await killAt(harness, step, mode));
    } catch (error) {
      report(notReached(step, mode, error));
    }
  }
  const isLate = ({ step, mode }: Killed) => endsLate(step, mode);
  for (const killed of open.filter((one) => !isLate(one))) report(await outcome(harness, killed));
  return open.filter(isLate);
}

async function runOutages(
  harness: Harness,
  outages: readonly Outage[],
  seconds: number,
  report: (result: Result) => void,
): Promise<void> {
  for (const outage of outages) {
    process.stderr.write(`  ${outage.name}\n`);
    await harness.workers.ready();
    const failed = (error: unknown): Result => ({
      fault: outage.name,
      at: '',
      connections: outage.connections,
      lost: 0,
      doubleRefreshes: 0,
      unavoidable: null,
      secondsUntilWell: null,
      wrong: [(error as Error).message],
    });
    report(await outage.run(harness, { seconds }).catch(failed));
  }
}

// Ends servers and processes, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
void main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exit(1);
  },
);
