import { parseArgs } from 'node:util';
import { Pool } from 'pg';
import { openOwnDatabase } from './database';
import { explain, figuresOf, tableOf } from './report';
import { type Progress, simulate } from './simulation';

const EXPLAINED = 3;

/** `npm run soak -- --seed 7 --connections 1000 --days 365 [--json]` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      connections: { type: 'string', default: '200' },
      days: { type: 'string', default: '365' },
      json: { type: 'boolean', default: false },
    },
  });
  const [seed, connections, days] = [values.seed, values.connections, values.days].map(Number) as [
    number,
    number,
    number,
  ];
  const startedAt = performance.now();
  const database = await openOwnDatabase();
  try {
    const onDay = (progress: Progress) => {
      if (!values.json) showProgress(progress, days, startedAt);
    };
    const outcome = await simulate({ seed, connections, days, databaseUrl: database.url, onDay });
    const figures = figuresOf(outcome, { seed, connections, wallMs: performance.now() - startedAt });
    console.log(values.json ? JSON.stringify(figures) : `\n${tableOf(figures)}`);
    const { violations } = outcome.findings;
    if (violations.length === 0) return;
    process.exitCode = 1;
    console.error(`\nSeed ${seed}: ${violations.length} violations`);
    const pool = new Pool({ connectionString: database.url });
    pool.on('error', () => undefined);
    for (const violation of violations.slice(0, EXPLAINED))
      console.error(`\n${await explain(violation, outcome.entries, pool)}`);
    await pool.end();
  } finally {
    await database.close();
  }
}

function showProgress(
  { day, now, refreshes, faults, kills }: Progress,
  days: number,
  startedAt: number,
): void {
  if (day % 10 !== 0 && day !== days) return;
  const date = new Date(now).toISOString().slice(0, 10);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.error(`day ${day} ${date}: ${refreshes} refreshes, ${faults} faults, ${kills} kills, ${seconds} s`);
}

void main();
