import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY_MS, SECOND_MS } from '../../core/time';
import { freePorts } from '../../dev/process/ports';
import { type Benchmark, atOnce, rounded, timed } from '../measure';
import { type Send, expectStatus, sender } from '../request';

const SIZES = { full: 300, smoke: 4 };
const DAYS = 60;

export const sandbox: Benchmark = {
  name: 'sandbox',
  about:
    'Everything of `npm start` in one process, with its first account and 300 imported ones, moved sixty days forward: each refreshes its token once.',
  async run(size, progress) {
    const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-'));
    const started = await start(folder);
    try {
      progress('connecting');
      const connected = await timed(() => connect(started, SIZES[size]));
      progress('travelling');
      const travelled = await timed(async () =>
        expectStatus(
          await started.api('POST', '/sandbox/advance', { seconds: (DAYS * DAY_MS) / SECOND_MS }),
          200,
        ),
      );
      return [
        {
          what: `sandbox advance ${DAYS}d, ${SIZES[size] + 1} connections`,
          value: rounded(travelled / SECOND_MS),
          unit: 's',
          wanted: { is: 'at most', value: 20, of: 'value' },
        },
        {
          what: 'imports through the API, 8 at once',
          value: rounded((SIZES[size] * SECOND_MS) / connected),
          unit: 'a second',
        },
      ];
    } finally {
      await started.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  },
};

interface Started {
  api: Send;
  instagram: Send;
  stop(): Promise<void>;
}

async function start(folder: string): Promise<Started> {
  const [http, metrics, simulator, temporal, ui] = await freePorts(5);
  const child = spawn(process.execPath, ['-r', 'tsx/cjs', join(__dirname, '../../dev/start.ts')], {
    env: {
      PATH: process.env.PATH,
      EVERGRANT_DATA_DIR: folder,
      EVERGRANT_HTTP_PORT: String(http),
      EVERGRANT_METRICS_PORT: String(metrics),
      EVERGRANT_SIMULATOR_PORT: String(simulator),
      EVERGRANT_TEMPORAL_PORT: String(temporal),
      EVERGRANT_TEMPORAL_UI_PORT: String(ui),
      EVERGRANT_REQUESTS_PER_MINUTE: '100000000',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await ready(child);
  const key = readFileSync(join(folder, 'api-key'), 'utf8').trim();
  const api = sender(`http://127.0.0.1:${http}`, key);
  const instagram = sender(`http://127.0.0.1:${simulator}`);
  return {
    api,
    instagram,
    async stop() {
      api.close();
      instagram.close();
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer) => {
      if (text.length < 100_000) text += chunk.toString();
      if (text.includes('evergrant is ready')) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${text}`)));
  });
}

async function connect({ api, instagram }: Started, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, n) => `shop.${n}`);
  await atOnce(names, 8, async (username) => {
    const account = expectStatus(await instagram('POST', '/_sim/accounts', { username }), 201).body as {
      id: string;
    };
    const token = expectStatus(await instagram('POST', `/_sim/accounts/${account.id}/tokens`, {}), 201)
      .body as {
      accessToken: string;
      expiresAt: string;
    };
    const { accessToken, expiresAt } = token;
    const wanted = { provider: 'instagram', ownerRef: username, grant: { accessToken, expiresAt } };
    expectStatus(await api('POST', '/v1/integrations', wanted), 201);
  });
}
