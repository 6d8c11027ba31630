import {
  type Event,
  type FeedPosition,
  addEvent,
  addGeneralEvent,
  feed,
  feedLagSeconds,
} from '../../../../adapters/postgres/deliveries/events';
import { MINUTE_MS } from '../../../../core/time';
import { type Stack, startStack } from '../../../support/stack';
import { until } from '../../../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

const now = () => stack.simulator.clock.now();
const shown = async () =>
  (await feed(stack.pool, { after: null, type: null, limit: 10, ownerRefs: null, now: now() })).events;
const lag = () => feedLagSeconds(stack.pool, now());

const poll = (after: FeedPosition | null, filter: { type?: string; ownerRefs?: string[] } = {}) =>
  feed(stack.pool, { after, type: null, limit: 10, ownerRefs: null, now: now(), ...filter });
const typesOf = ({ events }: { events: Event[] }) => events.map(({ type }) => type);

test('a reader that finds nothing goes on behind all that was there, and misses nothing that comes', async () => {
  const { id } = await stack.connect('read', { start: false });
  const filters = [{ type: 'token.expiring' }, { ownerRefs: ['somebody-else'] }, { ownerRefs: [] }];
  const none = await Promise.all(filters.map((filter) => poll(null, filter)));
  expect(none.map(typesOf)).toEqual([[], [], []]);
  // Transactions of other databases count, too, so that they need not be the same.
  for (const { position } of none) expect(BigInt(position.tx)).toBeGreaterThan(0n);
  const { position } = none[0]!;

  // A transaction that began before a poll and ends after it.
  const late = await stack.pool.connect();
  await late.query('begin');
  await addEvent(late, await stack.row(id), { type: 'token.expiring' }, now());
  await addEvent(stack.pool, await stack.row(id), { type: 'integration.reminder' }, now());
  const meanwhile = await poll(position, { type: 'token.expiring' });
  expect(typesOf(meanwhile)).toEqual([]);
  expect(typesOf(await poll(position))).toEqual([]);
  await late.query('commit');
  late.release();
  // A transaction of another test's database may hold them back for a moment.
  const owned = await until(async () => {
    const found = await poll(meanwhile.position, { ownerRefs: ['nobody', 'owner-1'] });
    return found.events.length > 1 ? found : null;
  });
  expect(typesOf(owned)).toEqual(['token.expiring', 'integration.reminder']);
  expect(typesOf(await poll(meanwhile.position, { type: 'token.expiring' }))).toEqual(['token.expiring']);
  const both = { type: 'token.expiring', ownerRefs: ['owner-1'] };
  expect(typesOf(await poll(meanwhile.position, both))).toEqual(['token.expiring']);
  expect(typesOf(await poll(owned.position))).toEqual([]);

  // A full page goes on behind its last event, which may be gone by then.
  const one = await feed(stack.pool, {
    ...{ after: meanwhile.position, type: null, ownerRefs: null },
    ...{ limit: 1, now: now() },
  });
  await stack.pool.query('delete from events where id = $1', [one.events[0]!.id]);
  expect(typesOf(await poll(one.position))).toEqual(['integration.reminder']);
  await stack.pool.query('delete from events');
});

test('a transaction that stays open holds the feed back, visibly, and for ten minutes at most', async () => {
  expect(await lag()).toBe(0);
  const open = await stack.pool.connect();
  await open.query('begin; select pg_current_xact_id()');
  await addGeneralEvent(
    stack.pool,
    { type: 'provider.incident_started', data: { incidentId: 'inc_1' } },
    now(),
  );
  expect(await shown()).toEqual([]);
  stack.simulator.clock.advance(5 * MINUTE_MS);
  expect(await shown()).toEqual([]);
  expect(await lag()).toBeGreaterThanOrEqual(300);
  stack.simulator.clock.advance(6 * MINUTE_MS);
  expect(await shown()).toHaveLength(1);
  expect(await lag()).toBe(0);
  await open.query('rollback');
  open.release();
});
