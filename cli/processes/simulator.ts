import { UsageError } from '../failures';
import { type Io } from '../output/io';
import { lazy } from '../lazy';
import { say } from '../output/output';
import { type Verb } from '../verb';

interface Options {
  port?: string;
  host?: string;
  state?: string;
  seed?: string;
}

export const simulatorVerb: Verb = (program, io) => {
  program
    .command('simulator')
    .description('Run the Instagram simulator until SIGTERM or SIGINT.')
    .option('--port <n>', 'port to listen on; 0: any free port (default: EVERGRANT_SIMULATOR_PORT, 4010)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--state <file>', 'store accounts, tokens and messages in this file')
    .option('--seed <text>', 'generate the same IDs and tokens every time')
    .action(async (options: Options) => simulate(io, options));
};

async function simulate(io: Io, options: Options): Promise<void> {
  const { readOptions, runSimulator } = lazy.simulator();
  const args = Object.entries(options).flatMap(([name, value]: [string, string]) => [`--${name}=${value}`]);
  const stop = io.stopSignal();
  const running = await runSimulator(wrongUsage(() => readOptions(args, io.env)));
  say(io, `Instagram simulator: ${running.url}`);
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  await running.close();
}

function wrongUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
