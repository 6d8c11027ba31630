import { availableParallelism } from 'node:os';
import { run } from './setup/run.mjs';

/** Slowest first, so that none is left to run alone at the end. */
const CHECKS = {
  lint: 'eslint .',
  types: 'tsc --incremental --tsBuildInfoFile .cache/tsc.tsbuildinfo',
  format: 'prettier --check . --cache --cache-strategy content --cache-location .cache/prettier',
  imports: 'depcruise .',
  unused: 'knip',
  openapi: 'node -r tsx/cjs dev/openapi.ts --check',
  dependencies: 'node -r tsx/cjs dev/dependencies/check.ts',
};
/** What they say on success is no news, except advisories that could not be checked. */
const SPEAKS = 'dependencies';
const env = { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) };

/** Prints the output as a whole: checks that run at the same time must not mix theirs. */
async function check([name, command]) {
  const startedAt = Date.now();
  const [program, ...args] = command.split(' ');
  const { code, output, problem } = await run(program, args, { env });
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) process.stdout.write(output || `${problem}\n`);
  else if (name === SPEAKS) process.stdout.write(output);
  return code === 0;
}

const waiting = Object.entries(CHECKS);
const results = [];
async function checkInTurn() {
  for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await check(next));
}
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, checkInTurn));
process.exitCode = results.every(Boolean) ? 0 : 1;
