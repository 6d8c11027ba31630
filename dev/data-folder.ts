import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { holdLock } from './process/run-lock';

const SETTING = 'EVERGRANT_DATA_DIR';

interface DevelopmentSecrets {
  /** Bootstrap API key. */
  apiKey: string;
  postgresPassword: string;
  /** `keyId:base64 of 32 bytes`. Without it the stored tokens cannot be opened again. */
  encryptionKeys: string;
  webhookVerifyToken: string;
}

/** Everything that `npm start` keeps between runs. */
export interface DataFolder {
  readonly path: string;
  file(name: string): string;
  /** Made on the first run and kept, each in a file that only its owner can read. */
  readonly secrets: DevelopmentSecrets;
  /** To be called when everything has stopped. */
  unlock(): void;
}

/**
 * Opens the folder for one run, creating what is missing.
 * Throws when another run holds it: two of them would share one database and one set of ports.
 */
export function openDataFolder(setting: string): DataFolder {
  const path = resolve(setting);
  createPrivately(path);
  const file = (name: string) => join(path, name);
  const unlock = holdLock(file('run.lock'), (pid) => {
    return `Evergrant is already running on ${path} (process ${pid}). Stop it, or set ${SETTING} to another folder.`;
  });
  const secrets = {
    apiKey: keptSecret(file('api-key'), () => `evg_${randomBytes(24).toString('base64url')}`),
    postgresPassword: keptSecret(file('postgres-password'), () => randomBytes(24).toString('base64url')),
    encryptionKeys: keptSecret(file('encryption-keys'), () => `k1:${randomBytes(32).toString('base64')}`),
    webhookVerifyToken: keptSecret(file('webhook-verify-token'), () => randomBytes(24).toString('base64url')),
  };
  return { path, file, secrets, unlock };
}

/** A folder that exists already keeps its mode: it may be one that others need. */
function createPrivately(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`The data folder ${path} cannot be created: set ${SETTING} to another one.`, {
      cause: error,
    });
  }
}

/** Reads a secret, or makes it. Renamed into place when complete: a half-written key would be a lost key. */
function keptSecret(file: string, create: () => string): string {
  if (!existsSync(file)) {
    const draft = `${file}.new`;
    writeFileSync(draft, `${create()}\n`, { mode: 0o600, flush: true });
    renameSync(draft, file);
  }
  const secret = readFileSync(file, 'utf8').trim();
  if (!secret)
    throw new Error(`${file} is empty: restore it from a backup, or remove the data folder to start over.`);
  return secret;
}
