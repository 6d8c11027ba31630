#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DEFAULT_PORT, type RunningSimulator, type RunOptions, runSimulator } from './run';

export { type RunningSimulator, type RunOptions, runSimulator } from './run';

const USAGE = `usage: evergrant-instagram-simulator [--port <n>] [--host <address>] [--state <file>] [--seed <text>] [--redirect-uris <url,url>]
settings: EVERGRANT_SIMULATOR_PORT (${DEFAULT_PORT}), EVERGRANT_SIMULATOR_REDIRECT_URIS, INSTAGRAM_APP_ID, INSTAGRAM_APP_SECRET or INSTAGRAM_APP_SECRET_FILE`;

const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine((port) => port <= 65_535, 'must be a port number');

const Addresses = z
  .string()
  .transform((list) =>
    list
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  )
  .refine((list) => list.every((one) => URL.canParse(one)), 'must be URLs, separated by commas');

const Settings = z.object({
  EVERGRANT_SIMULATOR_PORT: Port.optional(),
  EVERGRANT_SIMULATOR_REDIRECT_URIS: Addresses.optional(),
  INSTAGRAM_APP_ID: z.string().min(1).optional(),
  INSTAGRAM_APP_SECRET: z.string().min(1).optional(),
  INSTAGRAM_APP_SECRET_FILE: z.string().min(1).optional(),
});

/** What flags and environment ask for; flags win. Throws an error that names what is wrong. */
export function readOptions(args: string[], environment: NodeJS.ProcessEnv): RunOptions {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      state: { type: 'string' },
      seed: { type: 'string' },
      'redirect-uris': { type: 'string' },
    },
  });
  // A setting that is there but empty counts as absent, as in a filled-out template.
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const given = {
    ...Object.fromEntries(set),
    ...(values.port !== undefined && { EVERGRANT_SIMULATOR_PORT: values.port }),
    ...(values['redirect-uris'] !== undefined && {
      EVERGRANT_SIMULATOR_REDIRECT_URIS: values['redirect-uris'],
    }),
  };
  const settings = Settings.safeParse(given);
  if (!settings.success) {
    throw new Error(
      settings.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    );
  }
  const {
    EVERGRANT_SIMULATOR_PORT: port,
    EVERGRANT_SIMULATOR_REDIRECT_URIS: redirectUris,
    INSTAGRAM_APP_ID: appId,
    ...secrets
  } = settings.data;
  const appSecret =
    secrets.INSTAGRAM_APP_SECRET ??
    (secrets.INSTAGRAM_APP_SECRET_FILE !== undefined
      ? readFileSync(secrets.INSTAGRAM_APP_SECRET_FILE, 'utf8').trim()
      : undefined);
  return {
    ...(port !== undefined && { port }),
    ...(appId !== undefined && { appId }),
    ...(redirectUris !== undefined && redirectUris.length > 0 && { redirectUris }),
    ...(appSecret !== undefined && { appSecret }),
    ...(values.host !== undefined && { host: values.host }),
    ...(values.state !== undefined && { saveTo: values.state }),
    ...(values.seed !== undefined && { seed: values.seed }),
  };
}

async function main(): Promise<void> {
  let options: RunOptions;
  try {
    options = readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exitCode = 2;
    return;
  }
  try {
    const running = await runSimulator(options);
    process.stdout.write(`Instagram simulator: ${running.url}\n`);
    closeOnSignal(running);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

function closeOnSignal(running: RunningSimulator): void {
  const close = () => {
    running.close().catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    });
  };
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
}

if (require.main === module) void main();
