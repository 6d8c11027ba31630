import { writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { version } from '../package.json';
import { costs } from './measures/costs';
import { due } from './measures/due';
import { growth } from './measures/growth';
import { requests } from './measures/requests';
import { rewrap } from './measures/rewrap';
import { sandbox } from './measures/sandbox';
import { type Document, isMet } from './measure';
import { writePage } from './page';

const BENCHMARKS = [requests, costs, due, rewrap, sandbox, growth];

/** `npm run bench [-- --only <name>] [--smoke] [--json]`: measures, keeps the results, and writes docs/benchmarks.md from them. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const chosen = BENCHMARKS.filter(({ name }) => values.only === undefined || name === values.only);
  if (chosen.length === 0)
    throw new Error(`--only must be one of ${BENCHMARKS.map(({ name }) => name).join(', ')}`);
  const benchmarks = [];
  for (const { name, about, run } of chosen) {
    console.error(`${name}: ${about}`);
    const figures = await run(values.smoke ? 'smoke' : 'full', (line) => console.error(`  ${line}`));
    benchmarks.push({ name, about, figures });
  }
  const document = documentOf(benchmarks);
  console.log(values.json ? JSON.stringify(document, null, 2) : benchmarks.map(tableOf).join('\n'));
  // Only a whole run is a result.
  if (values.smoke || values.only !== undefined) return;
  writeFileSync(join(__dirname, 'results', 'measures.json'), `${JSON.stringify(document, null, 2)}\n`);
  await writePage();
}

function documentOf(benchmarks: Document['benchmarks']): Document {
  return {
    command: 'npm run bench',
    versions: { node: process.version, evergrant: version },
    machine: {
      cpus: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform}-${process.arch}`,
    },
    benchmarks,
  };
}

function tableOf({ figures }: Document['benchmarks'][number]): string {
  return figures
    .map((figure) => {
      const met = { true: 'met', false: 'missed', null: '' }[`${isMet(figure)}`];
      const beside = figure.beside ? `${figure.beside.what}: ${figure.beside.value}` : '';
      const ratio = figure.ratio ? `${figure.ratio.value} (${figure.ratio.how})` : '';
      const value = `${figure.value} ${figure.unit}`;
      return [figure.what.padEnd(66), value.padEnd(16), beside, ratio, met].filter(Boolean).join('  ');
    })
    .join('\n');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
