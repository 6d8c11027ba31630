import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createActivities } from '../../../activities';
import { createKeyChecks } from '../../../adapters/encryption/key-check';
import { type KeyRing, parseKeyRing } from '../../../adapters/encryption/key-ring';
import { createSealer } from '../../../adapters/encryption/sealer';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { usableToken } from '../../../services/usable-token';
import { DAY_MS, HOUR_MS } from '../../../core/time';
import { startProgram } from '../../support/program';
import { type Stack, startStack } from '../../support/stack';
import { afterwards, temporaryFolder } from '../../support/temporary-folder';
import { until } from '../../support/until';
import { keyBytes } from '../../support/key-bytes';

/** Token versions to be sealed anew; a tenth as many texts come with them. */
const VERSIONS = Number(process.env.VERSIONS ?? 2_000);
const ACCOUNTS = 12;
const PROCESSES = 2;
/** After each such share of the rows every account is refreshed once. */
const STEP = VERSIONS >= 20_000 ? 0.02 : 0.2;
const COMMAND = join(__dirname, '../../../cli/evergrant.js');
const FIXTURE = require.resolve('./fixtures/sealed-rows');

const key = (id: string, byte: number) => `${id}:${keyBytes(byte).toString('base64')}`;
const OLD = key('k1', 1);
const NEW = `${key('k2', 2)},${OLD}`;
/** Of a process that has the new key, and has not been told yet to seal with it. */
const LAGGING = `${OLD},${key('k2', 2)}`;

let stack: Stack;
let databaseUrl: string;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  databaseUrl = (stack.pool.options as { connectionString: string }).connectionString;
  stack.deps.sealer = sealerOf(parseKeyRing(OLD));
});
afterAll(() => stack.stop());

const sealerOf = (ring: KeyRing) => createSealer(ring, { checks: createKeyChecks(stack.pool) });
const count = async (where: string) => {
  const { rows } = await stack.pool.query(
    `select (select count(*) from token_versions where ${where}) + (select count(*) from sealed_payloads where ${where}) as n`,
  );
  return Number(rows[0].n);
};

/** `keys rewrap` as operators run it. */
function rewrap(): { child: ChildProcess; out: () => string; ended: Promise<number | null> } {
  const file = join(temporaryFolder(), 'keys');
  writeFileSync(file, NEW, { mode: 0o600 });
  const child = spawn(process.execPath, [COMMAND, 'keys', 'rewrap', '--json'], {
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, EVERGRANT_KEYS_FILE: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return { child, out: () => out, ended: new Promise((resolve) => child.once('close', resolve)) };
}

async function fillAndCheck(mode: 'fill' | 'check'): Promise<number> {
  const results = await Promise.all(
    Array.from({ length: PROCESSES }, async (_, part) => {
      const amount = mode === 'fill' ? VERSIONS / 2 / PROCESSES : part;
      const program = startProgram(FIXTURE, [
        mode,
        databaseUrl,
        mode === 'fill' ? OLD : NEW,
        `${amount}`,
        `${PROCESSES}`,
      ]);
      const opened = mode === 'check' ? Number(await program.line()) : 0;
      expect(await program.ended).toBe(0);
      return opened;
    }),
  );
  return results.reduce((sum, one) => sum + one, 0);
}

test(
  `rewraps ${VERSIONS} versions, killed in the middle, beside refreshes: nothing is lost and nothing fails`,
  async () => {
    await fillAndCheck('fill');
    const accounts: Integration[] = [];
    for (let n = 0; n < ACCOUNTS; n++) accounts.push(await stack.connect(`real_${n}`, { start: false }));
    const before = await count('true');

    const refreshed = { count: 0, failed: 0 };
    /** Every real account is refreshed once: by a process that seals with the old key, or with the new one. */
    async function refreshAll(ring: string): Promise<void> {
      stack.simulator.clock.advance(DAY_MS + HOUR_MS);
      const { refreshToken } = createActivities({ ...stack.deps, sealer: sealerOf(parseKeyRing(ring)) });
      await Promise.all(
        accounts.map(async ({ id }) => {
          const { version } = await stack.row(id);
          const { outcome } = await refreshToken({ integrationId: id, version, asked: true });
          refreshed[outcome === 'refreshed' ? 'count' : 'failed'] += 1;
        }),
      );
    }
    /** Lets rewrapping come so far, with refreshes all along. */
    async function refreshUntil(share: number, ring: string, ended: () => boolean): Promise<void> {
      for (let next = 0; next < share; next += STEP) {
        const enough = async () => ended() || (await count(`key_id = 'k2'`)) >= next * before;
        await until(enough, { timeoutMs: 30 * 60_000, everyMs: 100 });
        await refreshAll(ring);
        if (ended()) return;
      }
    }

    const began = performance.now();
    const first = rewrap();
    await refreshUntil(0.4, LAGGING, () => first.child.exitCode !== null);
    first.child.kill('SIGKILL');
    await first.ended;
    const killedAfter = (performance.now() - began) / 1000;
    const done = await count(`key_id = 'k2'`);
    expect(first.child.signalCode).toBe('SIGKILL');
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(before);

    const second = rewrap();
    await refreshUntil(1, NEW, () => second.child.exitCode !== null);
    expect(await second.ended).toBe(0);
    const result = JSON.parse(second.out());
    expect(result).toMatchObject({ sealing: 'k2', left: 0, unopened: [] });

    expect(refreshed.failed).toBe(0);
    expect(refreshed.count).toBeGreaterThanOrEqual(2 * ACCOUNTS);
    expect(await count(`key_id <> 'k2'`)).toBe(0);
    // A real account has its version and the one before by now.
    expect(await count('true')).toBe(before + ACCOUNTS);
    expect(await fillAndCheck('check')).toBe(VERSIONS + VERSIONS / 10);
    const sealer = sealerOf(parseKeyRing(NEW));
    for (const { id, accountId } of accounts) {
      const { token } = await usableToken(stack.pool, sealer, id, stack.simulator.clock.now());
      expect((await stack.instagram.probe(token)).id).toBe(accountId);
    }
    process.stdout.write(
      `rewrapped ${done} rows in ${killedAfter.toFixed(1)} s (start and kill included), then ` +
        `${result.rewrapped} in ${result.seconds} s: ${result.rowsPerSecond} rows a second; ` +
        `${refreshed.count} refreshes beside it, ${refreshed.failed} failed\n`,
    );
  },
  60 * 60_000,
);
