import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { RowMovedOn, applyChange } from '../../../../adapters/postgres/integrations/apply-change';
import { type Integration } from '../../../../adapters/postgres/integrations/integration-row';
import { createIntegration, findIntegration } from '../../../../adapters/postgres/integrations/integrations';
import { createPool, withTransaction } from '../../../../adapters/postgres/pool';
import { type Change, applied } from '../../../../core/lifecycle/change';
import * as changes from '../../../../core/lifecycle/changes';
import { DAY_MS } from '../../../../core/time';
import { type TestDatabase, createTestDatabase } from '../../../support/database';

const NOW = Date.UTC(2026, 5, 1);
const ROOT = join(__dirname, '..', '..', '..', '..');
let database: TestDatabase;
let pool: ReturnType<typeof createPool>;
let accounts = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const apply = (was: Integration, change: Change) =>
  withTransaction(pool, (db) => applyChange(db, was, change, NOW));

async function pending(): Promise<Integration> {
  const wanted = {
    provider: 'instagram',
    appId: 'app',
    ownerRef: 'o',
    externalId: null,
    contactEmail: 'a@b.c',
  };
  return createIntegration(pool, wanted, NOW);
}

async function connected(): Promise<Integration> {
  const was = await pending();
  const account = { id: `account-${(accounts += 1)}`, scopedId: `scoped-${accounts}`, username: 'model' };
  const life = { issuedAt: NOW, expiresAt: NOW + 60 * DAY_MS, refreshAt: NOW + 46 * DAY_MS };
  return apply(was, changes.granted(was, { ...life, version: 1, scopes: ['a', 'b'], account }));
}

async function eventsOf(id: string): Promise<string[]> {
  const { rows } = await pool.query('select type from events where integration_id = $1 order by seq', [id]);
  return rows.map(({ type }) => type as string);
}

test('the row that comes back is what the change says, for every step of a life', async () => {
  let row = await connected();
  const error = { code: '2', subcode: null, class: 'transient', at: NOW, text: 'Instagram answered 2' };
  const life: ((was: Integration) => Change)[] = [
    () => changes.expiryWarned(),
    () => changes.refreshStarted(),
    (was) => changes.refreshFailed(was, error, NOW, 0.5),
    (was) => changes.recoveryBegun(was, { code: 190, subcode: 460, source: 'test' }, NOW),
    (was) => changes.lifetimeEnded(was.recovery!),
    (was) => changes.retryScheduled(was.recovery!, { lastError: error }, NOW, 0.5),
    (was) => changes.deferredForIncident(was.recovery!, NOW, 0.5),
    () => changes.expired('invalidated', NOW, error),
    (was) => changes.reminded(was, NOW + DAY_MS),
    () => changes.paused({ kind: 'api_key', name: 'a test' }),
    (was) => changes.expiryWithdrawn(was, NOW),
    (was) => changes.verified(was),
    (was) => changes.deauthorized(was, NOW, NOW),
    (was) => changes.dataDeleted(was),
  ];
  for (const make of life) {
    const change = make(row);
    const after = await apply(row, change);
    const { revision, lifecycleRevision, updatedAt } = after;
    expect(after).toEqual({ ...applied(row, change), revision, lifecycleRevision, updatedAt });
    expect(revision).toBe(row.revision + (change.outside ? 1 : 0));
    row = after;
  }
  expect(row.lifecycleRevision).toBe(row.revision);
  expect(await findIntegration(pool, row.id)).toEqual(row);
});

test.each([
  ['another grant came first', (was: Integration) => ({ ...was, grantNo: was.grantNo - 1 })],
  ['another version came first', (was: Integration) => ({ ...was, version: was.version - 1 })],
])('nothing is written, and nothing reported, when %s', async (_, stale) => {
  const row = await connected();
  await expect(apply(stale(row), changes.expired('invalidated', NOW))).rejects.toBeInstanceOf(RowMovedOn);
  expect(await findIntegration(pool, row.id)).toEqual(row);
  expect(await eventsOf(row.id)).toEqual(['integration.connected']);
});

test('a state that may not follow is not written', async () => {
  const row = await connected();
  const ended = await apply(row, changes.disconnected(row, null));
  const revived = { ...changes.reopened() };
  await expect(apply(ended, revived)).rejects.toBeInstanceOf(RowMovedOn);
  expect((await findIntegration(pool, row.id))?.state).toBe('disconnected');
});

test('a grant loses to a refresh that took its number meanwhile', async () => {
  const row = await connected();
  await pool.query('update integrations set last_version = last_version + 1 where id = $1', [row.id]);
  const life = { issuedAt: NOW, expiresAt: NOW + DAY_MS, refreshAt: NOW };
  const account = { id: 'x', scopedId: null, username: 'x' };
  const late = changes.granted(row, { ...life, version: row.lastVersion + 1, scopes: [], account });
  await expect(apply(row, late)).rejects.toBeInstanceOf(RowMovedOn);
});

test('a change and its events are stored together or not at all', async () => {
  const row = await connected();
  const unreportable: Change = { ...changes.expired('invalidated', NOW), events: [{ type: null as never }] };
  await expect(apply(row, unreportable)).rejects.toThrow();
  expect((await findIntegration(pool, row.id))?.state).toBe('active');
});

test('no other SQL writes what a connection is', () => {
  const guarded = /\b(state|reason|recovery|token_version|grant_no)\s*=/;
  const statements = sources().flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(
        /update\s+integrations\b[\s\S]*?\bset\b([\s\S]*?)(\bwhere\b|\bfrom\b|`|')/gi,
      ),
    ]
      .filter(([, sets = '']) => guarded.test(sets) || sets.includes('${'))
      .map(() => relative(ROOT, file)),
  );
  expect(statements).toEqual(['adapters/postgres/integrations/apply-change.ts']);
});

function sources(folder = ROOT): string[] {
  const skipped = ['node_modules', 'dist', 'test', 'docs', 'migrations'];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || skipped.includes(entry.name)) return [];
    if (entry.isDirectory()) return sources(path);
    return /\.(tsx?|mjs|js|sql)$/.test(entry.name) ? [path] : [];
  });
}
