import { parseArgs } from 'node:util';
import { costs } from './measures/costs';
import { requests } from './measures/requests';
import { sandbox } from './measures/sandbox';
import { isMet } from './measure';

const BENCHMARKS = [requests, costs, sandbox];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, smoke: { type: 'boolean', default: false } },
  });
  for (const benchmark of BENCHMARKS) {
    if (values.only !== undefined && values.only !== benchmark.name) continue;
    const figures = await benchmark.run(values.smoke ? 'smoke' : 'full', (line) => console.error(line));
    for (const figure of figures) console.log(JSON.stringify({ ...figure, met: isMet(figure) }));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
