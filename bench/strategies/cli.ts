import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { openOwnDatabase } from '../../test/soak/database';
import { version } from '../../package.json';
import { PEERS } from './peers/index';
import { MEASURES, firstOf } from './score/measures';
import { type Score, scoreOf } from './score/score';
import { type Entrant, type Options, simulate } from './simulate';
import { tableOf } from './table';

const EVERGRANT = 'Evergrant';

interface Result {
  name: string;
  wallSeconds: number;
  score: Score;
}

/** `npm run bench:strategies -- --connections 1000 --days 365 --seed 1 [--only <part of a name>] [--json]` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      connections: { type: 'string', default: '1000' },
      days: { type: 'string', default: '365' },
      only: { type: 'string', multiple: true, default: [''] },
      json: { type: 'boolean', default: false },
    },
  });
  const [seed, connections, days] = [values.seed, values.connections, values.days].map(Number) as [
    number,
    number,
    number,
  ];
  const wanted = (name: string) =>
    values.only.some((part) => name.toLowerCase().includes(part.toLowerCase()));
  const results: Result[] = [];
  for (const [name, entrant] of Object.entries({ ...PEERS, [EVERGRANT]: null }).filter(([one]) =>
    wanted(one),
  ))
    results.push(await live(name, entrant, { seed, connections, days }));
  console.error(`\n${tableOf(results)}`);
  if (values.json) console.log(JSON.stringify(documentOf({ seed, connections, days }, results), null, 2));
}

/** What a page about the results is made from. */
function documentOf(options: Options, results: readonly Result[]) {
  return {
    command: 'npm run bench:strategies',
    options,
    versions: { node: process.version, evergrant: version },
    machine: {
      cpus: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform}-${process.arch}`,
    },
    measures: MEASURES.map(({ name, best, says, read }) => ({
      ...{ name, best, says, first: firstOf({ name, best, says, read }, results) },
      figures: Object.fromEntries(results.map(({ name: contestant, score }) => [contestant, read(score)])),
    })),
    results,
  };
}

async function live(name: string, peer: Entrant | null, options: Options): Promise<Result> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1_000);
  const onDay = (day: number) => {
    if (day % 30 === 0 || day === options.days) console.error(`${name}: day ${day}, ${seconds()} s`);
  };
  const database = peer === null ? await openOwnDatabase() : null;
  try {
    const year = await simulate(peer ?? { databaseUrl: database!.url }, { ...options, onDay });
    return { name, wallSeconds: seconds(), score: scoreOf(year) };
  } finally {
    await database?.close();
  }
}

void main();
