// The steps of the set-up, in order. On the second run each finds its work already done.
import { fileURLToPath } from 'node:url';
import { prepareModules } from './modules.mjs';
import { linkCommand } from './command-link.mjs';
import { preparePostgres } from './postgres-binaries.mjs';
import { findTemporal } from './temporal.mjs';
import { SetupError, say } from './report.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function prepareClone() {
  try {
    await prepareModules(root);
    linkCommand(root);
    preparePostgres(root);
    await findTemporal(root, neededTools());
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/** `npm start` never runs the time-skipping test server, so its absence must not stop a user. */
function neededTools() {
  const starting = process.env.npm_lifecycle_event === 'prestart' || process.argv.includes('--start');
  return starting ? ['temporal'] : ['temporal', 'temporal-test-server'];
}
