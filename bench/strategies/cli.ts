import { parseArgs } from 'node:util';
import { openOwnDatabase } from '../../test/soak/database';
import { PEERS } from './peers/index';
import { scoreOf } from './score/score';
import { type Result, documentOf } from './document';
import { type Entrant, type Options, simulate } from './simulate';
import { tableOf } from './table';

const EVERGRANT = 'Evergrant';

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
