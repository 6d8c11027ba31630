import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { temporalExecutable } from '../../dev/temporal/executable';
import { ChildFailure, Failure } from '../failures';
import { load } from '../load';
import { type EndpointOptions } from '../nexus-endpoint';
import { withTemporal } from '../settings';
import { type Verb } from '../verb';

export const temporalVerb: Verb = (program, io) => {
  const temporal = program
    .command('temporal')
    .description(
      'Run the Temporal CLI, with the address and namespace of this installation. Try `temporal workflow list`.',
    )
    .argument('[args...]', 'what the Temporal CLI gets; without any it prints its help')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const env = withTemporal(io.env);
      const child = spawn(executable(env), args, { env, stdio: io.stdio ?? 'inherit' });
      const code = await new Promise<number>((resolve, reject) => {
        child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(error)));
        child.once('close', (status) => resolve(status ?? 1));
      });
      if (code !== 0) throw new ChildFailure(code);
    });
  // `temporal help` is Temporal's.
  temporal
    .helpCommand(false)
    .command('nexus-endpoint')
    .description(
      'Create the Nexus endpoint by which workflows of other namespaces call Evergrant. Needs the rights of an operator; repeated, it changes nothing.',
    )
    .helpOption('-h, --help', 'print help')
    .option('--name <name>', 'name of the endpoint (default: evergrant)')
    .option('--replace', 'also if an endpoint of this name leads elsewhere')
    .option('--json', 'print the result as JSON')
    .action((options: EndpointOptions) => load.nexusEndpoint().createEndpoint(io, options));
};

/** Named in the settings, or found by set-up; elsewhere, as in a container, the one on PATH. */
function executable(env: NodeJS.ProcessEnv): string {
  if (env.EVERGRANT_TEMPORAL_CLI) {
    if (existsSync(env.EVERGRANT_TEMPORAL_CLI)) return env.EVERGRANT_TEMPORAL_CLI;
    throw new Failure(`EVERGRANT_TEMPORAL_CLI is ${env.EVERGRANT_TEMPORAL_CLI}, which does not exist.`);
  }
  try {
    return temporalExecutable();
  } catch {
    return 'temporal';
  }
}

function notStarted({ code }: NodeJS.ErrnoException): Failure {
  return code === 'ENOENT'
    ? new Failure('The Temporal CLI is not installed.', [
        'Run `npm run setup`, or set EVERGRANT_TEMPORAL_CLI to the executable.',
      ])
    : new Failure(`The Temporal CLI could not be started (${code}).`);
}
