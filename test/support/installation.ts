import { randomUUID } from 'node:crypto';
import { DAY_MS } from '../../core/time';
import { freePorts } from '../../dev/process/ports';
import { type RunningSimulator, runSimulator } from '../../simulator/index';
import { type Child, evergrant, isReady } from './command';
import { createTestDatabase } from './database';
import { instagramSettings } from './instagram-settings';
import { createTestNamespace } from './temporal';
import { afterwards } from './temporary-folder';
import { keyBytes } from './key-bytes';

const KEY = 'evg_installation_0123456789abcdef';

export interface Started {
  child: Child;
  url: string;
  /** SIGTERM. @throws unless it ends with 0 */
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Database, Temporal and simulator for real processes, until the end of the test. */
export interface Installation {
  databaseUrl: string;
  simulator: RunningSimulator['simulator'];
  env: Record<string, string>;
  /** @param root of another checkout, to run its code */
  start(verb: 'worker' | 'api', root?: string): Promise<Started>;
  /** A token that was issued two days ago. */
  oldTokens(usernames: string[]): string[];
}

export async function createInstallation(): Promise<Installation> {
  const database = await createTestDatabase();
  afterwards(() => database.drop());
  const temporal = await createTestNamespace();
  afterwards(() => temporal.drop());
  const { simulator, url, close } = await runSimulator({ port: 0 });
  afterwards(() => close());
  const env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    EVERGRANT_KEYS: `k1:${keyBytes(1).toString('base64')}`,
    EVERGRANT_API_KEY: KEY,
    ...instagramSettings({ simulator, url }),
  };
  return {
    databaseUrl: database.url,
    simulator,
    env,
    async start(verb, root) {
      const [http, metrics] = await freePorts(2);
      const ports = { EVERGRANT_HTTP_PORT: String(http), EVERGRANT_METRICS_PORT: String(metrics) };
      const child = evergrant([verb], { ...env, ...ports }, root);
      await isReady(child);
      return {
        child,
        url: `http://127.0.0.1:${http}`,
        async stop() {
          child.process.kill('SIGTERM');
          const code = await child.ended;
          if (code !== 0) throw new Error(`${verb} ended with ${code}:\n${child.err()}`);
        },
      };
    },
    oldTokens(usernames) {
      const tokens = usernames.map((username) => {
        simulator.addAccount({ username });
        return simulator.generateToken(username);
      });
      simulator.clock.advance(2 * DAY_MS);
      return tokens;
    },
  };
}

/** One request on a connection of its own. */
export async function ask(url: string, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      connection: 'close',
      'idempotency-key': randomUUID(),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Takes over a token that is two days old. @returns the integration's id */
export async function takeOver(url: string, ownerRef: string, accessToken: string): Promise<string> {
  const now = Date.now();
  const grant = {
    accessToken,
    issuedAt: new Date(now - 2 * DAY_MS).toISOString(),
    expiresAt: new Date(now + 58 * DAY_MS).toISOString(),
  };
  const { status, body } = await ask(url, 'POST', '/integrations', {
    provider: 'instagram',
    ownerRef,
    grant,
  });
  if (status !== 201) throw new Error(`not taken over: ${status} ${JSON.stringify(body)}`);
  return (body.integration as { id: string }).id;
}
