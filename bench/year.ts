import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliveryCounts, listDeliveries } from '../adapters/postgres/deliveries/delivery-log';
import { feed, timeline } from '../adapters/postgres/deliveries/events';
import { purge } from '../adapters/postgres/fleet/retention';
import { tableSizes } from '../adapters/postgres/fleet/table-sizes';
import { migrate } from '../adapters/postgres/migrate';
import { type Db, createPool } from '../adapters/postgres/pool';
import { listTokenUses } from '../adapters/postgres/tokens/token-uses';
import { DEFAULT_RETENTION } from '../core/fleet/retention-policy';
import { sizeText } from '../core/text/sizes';
import { startEmbeddedPostgres } from '../dev/postgres/embedded-postgres';
import { fillYear } from '../test/support/year';

/**
 * How large the tables get that grow with messages, how long their frequent queries take, and how long a portion of the
 * retention holds rows. `npm run bench:year -- <connections> <messages each> <days>`; the default is a year.
 */
const [connections = 1_000, messages = 3_650, days = 365] = process.argv.slice(2).map(Number);
const NOW = Date.UTC(2027, 0, 1);
const SHOWN = 9;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  say(`${what}: ${(performance.now() - began).toFixed(1)} ms`);
  return result;
}

async function queries(pool: Db): Promise<void> {
  const after = { tx: '0', seq: '0' };
  const poll = { after, limit: 100, now: NOW, type: null, ownerRefs: null };
  const none = { endpointId: null, integrationId: null, status: null };
  await timed('  feed, first page', () => feed(pool, poll));
  await timed('  feed, a type without events', () => feed(pool, { ...poll, type: 'token.expiring' }));
  await timed('  feed, an owner without events', () => feed(pool, { ...poll, ownerRefs: ['nobody'] }));
  await timed('  feed, an owner', () => feed(pool, { ...poll, ownerRefs: ['owner-3'] }));
  await timed('  timeline', () => timeline(pool, 'int_7', 50, null));
  await timed('  failed deliveries', () => listDeliveries(pool, { ...none, status: 'failed' }, null, 100));
  await timed('  delivery counts', () => deliveryCounts(pool));
  await timed('  token uses', () => listTokenUses(pool, 'key_1', 100, null));
}

async function sizes(pool: Db): Promise<void> {
  const found = await tableSizes(pool, NOW);
  say(`  in all ${sizeText(found.reduce((sum, { bytes }) => sum + bytes, 0))}`);
  for (const { name, rows, bytes } of found.slice(0, SHOWN))
    say(`  ${name} ${rows} rows, ${sizeText(bytes)}`);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-year-'));
  const server = await startEmbeddedPostgres({
    ...{ dataDir: join(folder, 'data'), logFile: join(folder, 'log'), password: 'bench', durable: false },
  });
  const pool = createPool(server.url('postgres'), { max: 2, statementTimeoutMs: 3_600_000 });
  try {
    await migrate(server.url('postgres'));
    await timed(`${connections} connections with ${messages} messages in ${days} days`, () =>
      fillYear(pool, { connections, messages, days, now: NOW }),
    );
    await sizes(pool);
    await queries(pool);
    let [longest, statement] = [0, performance.now()];
    const removed = await timed('retention', () =>
      purge(pool, NOW, DEFAULT_RETENTION, () => {
        longest = Math.max(longest, performance.now() - statement);
        statement = performance.now();
        return false;
      }),
    );
    say(`  ${removed} rows, the longest portion ${longest.toFixed(0)} ms`);
    await pool.query('vacuum analyze');
    await sizes(pool);
    await queries(pool);
  } finally {
    await pool.end();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
