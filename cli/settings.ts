import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from './failures';

const DEFAULT_PORT = '3000';

/** Where the API is, and what opens it. */
export interface ApiSettings {
  baseUrl: string;
  key: string | null;
  /** Where the key was found, or was looked for in vain, for errors. */
  keySource: string;
}

/** Reads only what a caller of the API needs: the machine it is called from may know nothing of the rest. */
export function apiSettings(env: NodeJS.ProcessEnv): ApiSettings {
  return { baseUrl: baseUrlOf(env), ...keyOf(env) };
}

function baseUrlOf(env: NodeJS.ProcessEnv): string {
  const given = env.EVERGRANT_URL || `http://127.0.0.1:${env.EVERGRANT_HTTP_PORT || DEFAULT_PORT}`;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url && /^https?:$/.test(url.protocol)) return given.replace(/\/+$/, '');
  throw new Failure(
    env.EVERGRANT_URL ? 'EVERGRANT_URL is not an http(s) URL.' : 'EVERGRANT_HTTP_PORT is not a port number.',
  );
}

function keyOf(env: NodeJS.ProcessEnv): Pick<ApiSettings, 'key' | 'keySource'> {
  if (env.EVERGRANT_API_KEY) return { key: env.EVERGRANT_API_KEY, keySource: 'EVERGRANT_API_KEY' };
  const named = env.EVERGRANT_API_KEY_FILE;
  const file = named || join(dataFolderOf(env), 'api-key');
  const keySource = named ? `${file} (EVERGRANT_API_KEY_FILE)` : file;
  return { key: firstLine(file), keySource };
}

/** Where `npm start` keeps its data. */
export function dataFolderOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.EVERGRANT_DATA_DIR || '.data');
}

/**
 * The settings of a verb that works on the database: without any, those of an `npm start` in this folder, which
 * leaves its database's address in its data folder.
 */
export function withLocalServers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const file = join(dataFolderOf(env), 'database-url');
  if (env.DATABASE_URL || env.DATABASE_URL_FILE || !existsSync(file)) return env;
  return { ...withTemporal(env), DATABASE_URL_FILE: file };
}

/** The same for Temporal: without a setting, the server of an `npm start`. */
export function withTemporal(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.TEMPORAL_ADDRESS) return env;
  return { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${env.EVERGRANT_TEMPORAL_PORT || '7233'}` };
}

/** The same for the key ring: without a setting, the key file of an `npm start` in this folder. */
export function withLocalKeys(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const file = join(dataFolderOf(env), 'encryption-keys');
  if (env.EVERGRANT_KEYS || env.EVERGRANT_KEYS_FILE || !existsSync(file)) return env;
  return { ...env, EVERGRANT_KEYS_FILE: file };
}

/** The same for the bootstrap key. */
export function withLocalApiKey(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const file = join(dataFolderOf(env), 'api-key');
  if (env.EVERGRANT_API_KEY || env.EVERGRANT_API_KEY_FILE || !existsSync(file)) return env;
  return { ...env, EVERGRANT_API_KEY_FILE: file };
}

function firstLine(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch {
    return null;
  }
}
