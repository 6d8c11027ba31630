import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bulk } from './measures/bulk';
import { moving } from './measures/moving';
import { catchUp } from './measures/catch-up';
import { costs } from './measures/costs';
import { due } from './measures/due';
import { growth } from './measures/growth';
import { requests } from './measures/requests';
import { rewrap } from './measures/rewrap';
import { rivals } from './measures/rivals';
import { sandbox } from './measures/sandbox';
import { storms } from './measures/storms';
import { measuredOn } from './machine';
import { type Document, isMet } from './measure';
import { writePage } from './page';

const BENCHMARKS = [requests, costs, due, rewrap, sandbox, rivals, growth, storms, catchUp, bulk, moving];

/**
 * `npm run bench [-- --only <name> | --all] [--smoke] [--json]`: measures, keeps the results, and writes docs/benchmarks.md
 * from them. Without a choice, all but those that take long.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      all: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const chosen = BENCHMARKS.filter(({ name, isLong = false }) =>
    values.only === undefined ? values.all || !isLong : name === values.only,
  );
  if (chosen.length === 0)
    throw new Error(`--only must be one of ${BENCHMARKS.map(({ name }) => name).join(', ')}`);
  const benchmarks: Document['benchmarks'] = [];
  for (const { name, about, run } of chosen) {
    console.error(`${name}: ${about}`);
    const figures = await run(values.smoke ? 'smoke' : 'full', (line) => console.error(`  ${line}`));
    benchmarks.push({ name, about, figures });
  }
  const document: Document = { command: 'npm run bench', ...measuredOn(), benchmarks };
  console.log(values.json ? JSON.stringify(document, null, 2) : benchmarks.map(tableOf).join('\n'));
  if (values.smoke) return;
  const results = join(__dirname, 'results', 'measures.json');
  const known = (JSON.parse(readFileSync(results, 'utf8')) as Document).benchmarks;
  // What was not measured now stays as it was measured last.
  document.benchmarks = BENCHMARKS.flatMap(
    ({ name }) => [...benchmarks, ...known].find((one) => one.name === name) ?? [],
  );
  writeFileSync(results, `${JSON.stringify(document, null, 2)}\n`);
  await writePage();
}

function tableOf({ figures }: Document['benchmarks'][number]): string {
  return figures
    .map((figure) => {
      const met = { true: 'met', false: 'missed', null: '' }[`${isMet(figure)}`];
      const beside = figure.beside ? `${figure.beside.what}: ${figure.beside.value}` : '';
      const ratio = figure.ratio ? `${figure.ratio.value} (${figure.ratio.how})` : '';
      const value = `${figure.value} ${figure.unit}`;
      return [
        [figure.of, figure.what].filter(Boolean).join(': ').padEnd(66),
        value.padEnd(16),
        beside,
        ratio,
        met,
      ]
        .filter(Boolean)
        .join('  ');
    })
    .join('\n');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
