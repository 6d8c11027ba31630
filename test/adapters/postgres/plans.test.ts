import { type Pool } from 'pg';
import { addTokenReads, listAuditEntries } from '../../../adapters/postgres/access/audit-log';
import { beginAudit, lastAudit } from '../../../adapters/postgres/fleet/audit-runs';
import { fleetOverview } from '../../../adapters/postgres/fleet/fleet';
import { lateLifecycles } from '../../../adapters/postgres/fleet/overdue';
import { sampleTableSizes, tableSizes } from '../../../adapters/postgres/fleet/table-sizes';
import { purge } from '../../../adapters/postgres/fleet/retention';
import { deliveryCounts, listDeliveries } from '../../../adapters/postgres/deliveries/delivery-log';
import {
  LAST_POSITION,
  feed,
  feedLagSeconds,
  latestEvents,
  newestEvent,
  timeline,
} from '../../../adapters/postgres/deliveries/events';
import {
  happenedSince,
  incidentWasNotified,
  otherDecryptNotice,
  problemWasNotified,
} from '../../../adapters/postgres/deliveries/notice-history';
import {
  lanesToHandOver,
  relayEvents,
  requeueOverdueLanes,
} from '../../../adapters/postgres/deliveries/outbox';
import { callsSince, failingConnections } from '../../../adapters/postgres/incidents/provider-calls';
import { unfinishedDeletions } from '../../../adapters/postgres/integrations/data-deletion';
import { eraseInPortions } from '../../../adapters/postgres/integrations/erasure';
import { listIntegrations } from '../../../adapters/postgres/integrations/integrations';
import { wipeMessage } from '../../../adapters/postgres/messages/unsent-messages';
import { takePending } from '../../../adapters/postgres/messages/pending-messages';
import { createPool, withTransaction } from '../../../adapters/postgres/pool';
import { addTokenUses, listTokenUses } from '../../../adapters/postgres/tokens/token-uses';
import { findVersion } from '../../../adapters/postgres/tokens/token-versions';
import { DEFAULT_RETENTION } from '../../../core/fleet/retention-policy';
import { DAY_MS } from '../../../core/time';
import { type TestDatabase, createTestDatabase } from '../../support/database';
import { type Look, explaining } from '../../support/plans';
import { fillYear } from '../../support/year';

/** Tables that grow with time. Others are as large as the fleet. */
const LARGE = [
  ...['events', 'deliveries', 'received_messages', 'message_events', 'message_sends', 'sealed_payloads'],
  ...['token_uses', 'refresh_attempts', 'audit_log'],
];
/** Reading one of the larger tables here from end to end, or a whole index of one, takes more. */
const MOST_BLOCKS = 400;
/** These read PostgreSQL's catalogs, which grow with the number of tables alone. */
const MOST_BLOCKS_OF: Record<string, number> = { 'fleet: table sizes': 800 };
const NOW = Date.UTC(2027, 0, 1);

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { statementTimeoutMs: 60_000 });
  await fillYear(pool, { connections: 100, messages: 300, days: 300, now: NOW });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function watch(work: (pool: Pool) => Promise<unknown>): Promise<Look[]> {
  const spied = explaining(pool);
  await work(spied.pool);
  return spied.looks;
}

const place = { integrationId: 'int_1', eventSeq: '20' };
const everything = { endpointId: null, integrationId: null, status: null };
const nobody = {
  state: null,
  ownerRef: null,
  ownerRefs: null,
  externalId: null,
  accountId: null,
  reason: null,
};
const anyEntry = {
  ...{ action: null, actorId: null, integrationId: null, visibleTo: null },
  ...{ since: null, until: null },
};
const after = { tx: '0', seq: '0' };
const poll = (filter: Partial<Parameters<typeof feed>[1]>) => (db: Pool) =>
  feed(db, { after, type: null, ownerRefs: null, limit: 100, now: NOW, ...filter });

const latest = (filter: Partial<Parameters<typeof latestEvents>[1]>) => (db: Pool) =>
  latestEvents(db, { before: LAST_POSITION, type: null, ownerRefs: null, limit: 100, ...filter });

const HOT: Record<string, (pool: Pool) => Promise<unknown>> = {
  'feed: all': poll({}),
  'latest events: all': latest({}),
  'latest events: before one': latest({ before: { tx: '1', seq: '20' } }),
  'latest events: a type that never happened': latest({ type: 'token.expiring' }),
  'latest events: some owners, a type': latest({
    type: 'token.refreshed',
    ownerRefs: ['owner-1', 'owner-2'],
  }),
  'feed: the end': poll({ after: { tx: '999999999', seq: '0' } }),
  'feed: a type that never happened': poll({ type: 'token.expiring' }),
  'feed: a type': poll({ type: 'token.refreshed' }),
  'feed: an owner of none': poll({ ownerRefs: ['nobody'] }),
  'feed: an owner': poll({ ownerRefs: ['owner-3'] }),
  'feed: an owner and a type that never happened': poll({ ownerRefs: ['owner-3'], type: 'token.expiring' }),
  'feed: lag': (db) => feedLagSeconds(db, NOW),
  'feed: newest': newestEvent,
  timeline: (db) => timeline(db, 'int_1', 50, null),
  'timeline: further': (db) => timeline(db, 'int_1', 50, 'evt_1_100'),
  'deliveries: all': (db) => listDeliveries(db, everything, null, 100),
  'deliveries: failed': (db) => listDeliveries(db, { ...everything, status: 'failed' }, null, 100),
  'deliveries: waiting': (db) => listDeliveries(db, { ...everything, status: 'waiting' }, null, 100),
  'deliveries: an endpoint without any': (db) =>
    listDeliveries(db, { ...everything, endpointId: 'whe_1' }, null, 100),
  'deliveries: an endpoint, failed': (db) =>
    listDeliveries(db, { ...everything, endpointId: 'whe_0', status: 'failed' }, null, 100),
  'deliveries: an integration, failed': (db) =>
    listDeliveries(db, { ...everything, integrationId: 'int_1', status: 'failed' }, null, 100),
  'deliveries: an integration and an endpoint': (db) =>
    listDeliveries(db, { ...everything, integrationId: 'int_1', endpointId: 'whe_1' }, null, 100),
  'deliveries: counts': deliveryCounts,
  'relay: events': (db) => relayEvents(db, { owners: true, operators: true }, NOW),
  'relay: lanes': lanesToHandOver,
  'notices: happened since': (db) => happenedSince(db, place, ['token.expiring']),
  'notices: problem': (db) => problemWasNotified(db, place),
  'notices: decrypt': (db) => otherDecryptNotice(db, place, NOW),
  'notices: incident': (db) => incidentWasNotified(db, 'inc_1'),
  'token: lookup': (db) => findVersion(db, 'int_1', 'current'),
  'token: use': (db) => addTokenUses(db, [{ keyId: 'key_1', integrationId: 'int_1', minute: NOW, uses: 2 }]),
  'token: uses': (db) => listTokenUses(db, 'key_1', 100, null),
  'token: uses of none': (db) => listTokenUses(db, 'key_none', 100, null),
  'messages: unsent': (db) => withTransaction(db, (tx) => wipeMessage(tx, 'int_1', '1 7')),
  'messages: pending': (db) => takePending(db, NOW),
  'audit log: all': (db) => listAuditEntries(db, anyEntry, null, 100),
  'audit log: an action that never was': (db) =>
    listAuditEntries(db, { ...anyEntry, action: 'mail.test' }, null, 100),
  'audit log: an actor of none': (db) => listAuditEntries(db, { ...anyEntry, actorId: 'key_0' }, null, 100),
  'audit log: an integration': (db) =>
    listAuditEntries(db, { ...anyEntry, integrationId: 'int_1' }, null, 100),
  'audit log: an owner of none': (db) =>
    listAuditEntries(db, { ...anyEntry, visibleTo: { ownerRefs: ['nobody'], keyId: 'key_0' } }, null, 100),
  'audit log: an owner': (db) =>
    listAuditEntries(db, { ...anyEntry, visibleTo: { ownerRefs: ['owner-3'], keyId: 'key_0' } }, null, 50),
  'audit log: token reads': (db) => addTokenReads(db, NOW),
  'fleet: overview': (db) => fleetOverview(db, NOW),
  'fleet: list': (db) => listIntegrations(db, { ...nobody, expiringBefore: null }, null, 100),
  'fleet: failing connections': (db) => failingConnections(db, 'instagram', null),
  'fleet: calls to Instagram': (db) => callsSince(db, { provider: 'instagram', appId: 'app' }, NOW - DAY_MS),
  'fleet: table sizes': (db) => tableSizes(db, NOW),
  'audit: sample': (db) => sampleTableSizes(db, NOW),
  'audit: late': async (db) => {
    for await (const page of lateLifecycles(db, NOW)) expect(page).toEqual([]);
  },
  'audit: last': (db) => lastAudit(db, 'daily'),
  'audit: begin': (db) => beginAudit(db, 'daily', NOW),
  'audit: lanes': (db) => requeueOverdueLanes(db, NOW),
  'audit: deletions': (db) => unfinishedDeletions(db, NOW),
  'audit: erase': (db) => eraseInPortions(db, { now: () => NOW }, () => false),
  'audit: nothing to remove': (db) => purge(db, NOW - 1_000 * DAY_MS, DEFAULT_RETENTION),
};

test.each(Object.entries(HOT))('%s: reads little, however large the tables are', async (name, work) => {
  const most = MOST_BLOCKS_OF[name] ?? MOST_BLOCKS;
  const looks = await watch(work);
  expect(looks.length).toBeGreaterThan(0);
  for (const { statement, scanned, blocks } of looks) {
    expect([statement, scanned.filter((table) => LARGE.includes(table))]).toEqual([statement, []]);
    expect([statement, blocks > most && blocks]).toEqual([statement, false]);
  }
});

test('what reads a table from end to end is noticed', async () => {
  const [look] = await watch((db) => db.query(`select count(*) from events where data ? 'none'`));
  expect(look!.scanned).toEqual(['events']);
  expect(look!.blocks).toBeGreaterThan(MOST_BLOCKS);
});

test('tables are sampled once a day, and tell how they grow', async () => {
  const sizeOfEvents = async (now: number) =>
    (await tableSizes(pool, now)).find(({ name }) => name === 'events')!;
  await sampleTableSizes(pool, NOW);
  expect(await sizeOfEvents(NOW)).toMatchObject({ rowsPerDay: null, bytesPerDay: null });
  await pool.query(
    `insert into events (id, type, at, integration_id, data) select 'new_' || n, 'token.expiring', $1, 'int_1', '{}'
     from generate_series(1, 3000) n`,
    [new Date(NOW)],
  );
  await pool.query('analyze events');
  await sampleTableSizes(pool, NOW + DAY_MS / 2);
  const [largest] = await tableSizes(pool, NOW);
  expect(largest!.name).toBe('events');
  const grown = await sizeOfEvents(NOW + 3 * DAY_MS);
  expect([grown.rows, grown.rowsPerDay]).toEqual([36_000, 1_000]);
  expect(grown.bytesPerDay).toBeGreaterThan(100_000);
  // Samples of more than a week ago say nothing of today.
  expect((await sizeOfEvents(NOW + 9 * DAY_MS)).rowsPerDay).toBeNull();
  await pool.query(`delete from events where id like 'new_%'`);
});

test('after their retention time rows go, in portions, and what is still to be told stays', async () => {
  const count = async (table: string, where = 'true') =>
    Number((await pool.query(`select count(*) from ${table} where ${where}`)).rows[0].count);
  await pool.query(`update events set relayed_at = null where id = 'evt_0_0'`);
  await pool.query(`update deliveries set status = 'waiting', ended_at = null where event_id = 'evt_1_0'`);
  let portions = 0;
  const first = await purge(pool, NOW, DEFAULT_RETENTION, () => portions++ >= 1);
  expect(first).toBe(1_000);
  await purge(pool, NOW, { ...DEFAULT_RETENTION, events: 60 });
  const messages = await count('events', `type = 'message.received'`);
  expect(messages).toBe(30 * 100 + 2);
  expect(await count('events', `type <> 'message.received'`)).toBe(6 * 100);
  expect(await count('deliveries')).toBe(30 * 100 + 1);
  expect(await count('message_events')).toBe(messages);
  expect(await count('received_messages')).toBe(7 * 100);
  expect(await count('refresh_attempts')).toBe(9 * 100);
  expect(await count('message_sends')).toBe(0);
  expect(await count('audit_log')).toBe(81 * 100 + 30 * 100);
  expect(await count('events', `id in ('evt_0_0', 'evt_1_0')`)).toBe(2);
  expect(await purge(pool, NOW, DEFAULT_RETENTION)).toBe(0);
});
