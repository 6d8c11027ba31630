import { MockActivityEnvironment } from '@temporalio/testing';
import { type AuditResult, auditFleet } from '../../../activities/fleet/audit';
import { findOpenIncident, openIncidents } from '../../../adapters/postgres/incidents/incidents';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { BELIEVED_AFTER_MS, DEFERRED_WAIT_MS } from '../../../core/lifecycle/incident-policy';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';
import { type Fleet, createFleet } from '../../support/fleet';
import { type Stack, startStack } from '../../support/stack';

/** 1,000 takes three times as long and shows the same: see CONTRIBUTING.md. */
const FLEET_SIZE = Number(process.env.FLEET_SIZE ?? 300);

let stack: Stack;
beforeEach(async () => {
  // Time passes by the fleet's steps alone: how busy the machine is must not show in what is done within a minute.
  const begun = Date.now();
  stack = await startStack({ workers: false, clock: { now: () => begun } });
});
afterEach(() => stack.stop());

const DEAD = { status: 400, error: { code: 190, subcode: 460 } };
const UNSUPPORTED = { status: 400, error: { code: 100, message: 'Unsupported request - method type: get' } };
const TROUBLES = {
  'the app is blocked': () => stack.simulator.addFault({ match: {}, app: 'blocked' }),
  'every path answers that it is unsupported': () => stack.simulator.addFault({ match: {}, ...UNSUPPORTED }),
  'every token is refused with 190': () => {
    stack.simulator.addFault({ match: { path: '/me' }, ...DEAD });
    stack.simulator.addFault({ match: { path: '/refresh_access_token' }, ...DEAD });
  },
};

const inState = (rows: Integration[], state: string) => rows.filter((row) => row.state === state).length;
async function told(type: string): Promise<number> {
  const { rows } = await stack.pool.query<{ count: string }>('select count(*) from events where type = $1', [
    type,
  ]);
  return Number(rows[0]?.count);
}

/** Everybody's token is reported within a minute, in ten portions. */
async function rejectAll(fleet: Fleet, seen: (rows: Integration[]) => void): Promise<void> {
  const portion = Math.ceil(fleet.ids.length / 10);
  for (let i = 0; i < fleet.ids.length; i += portion) {
    fleet.reject(fleet.ids.slice(i, i + portion));
    await fleet.run(5 * SECOND_MS, seen);
  }
}

describe.each(Object.entries(TROUBLES))('while %s', (trouble, begin) => {
  test.each([
    [trouble.startsWith('every path') ? 40 : FLEET_SIZE, 5],
    [3, 1],
  ])(
    'none of %d integrations is lost',
    async (size, provisional) => {
      const fleet = await createFleet(stack, size, 'shop');
      begin();
      let mostExpired = 0;
      const seen = (rows: Integration[]) => (mostExpired = Math.max(mostExpired, inState(rows, 'expired')));
      await rejectAll(fleet, seen);
      await fleet.run(30 * SECOND_MS, seen);

      expect(mostExpired).toBeLessThanOrEqual(trouble === 'the app is blocked' ? 0 : provisional);
      expect(inState(await fleet.rows(), 'recovering')).toBe(size);
      expect(await told('provider.incident_started')).toBe(1);
      expect(await told('provider.incident_ended')).toBe(0);
      const asked = stack.simulator.requests().at(-1)!.seq;
      await fleet.run(30 * SECOND_MS, seen);
      // One look per five seconds at most, however many wait.
      expect(stack.simulator.requests(asked).length).toBeLessThanOrEqual(
        (30 * SECOND_MS) / (5 * SECOND_MS) + 1,
      );

      stack.simulator.clearFaults();
      // Each asks within 66 s, may find that it is another's turn, and asks once more.
      await fleet.run(3 * DEFERRED_WAIT_MS, seen);
      expect(inState(await fleet.rows(), 'active')).toBe(size);
      expect(await told('provider.incident_started')).toBe(1);
      expect(await told('provider.incident_ended')).toBe(1);
      expect(await told('integration.reminder')).toBe(0);
      // Those that were taken back at once had been told to programs; people are told five minutes later.
      expect(await told('integration.expired')).toBeLessThanOrEqual(provisional);
      expect(await openIncidents(stack.pool)).toEqual([]);
    },
    200_000,
  );
});

test('nothing expires past its lifetime either, until the app is unblocked', async () => {
  const fleet = await agedFleet();
  TROUBLES['the app is blocked']();
  await passTheEnd(fleet);
  expect(inState(await fleet.rows(), 'recovering')).toBe(12);
  stack.simulator.clearFaults();
  await fleet.run(HOUR_MS);
  expect((await fleet.rows()).map(({ reason }) => reason)).toEqual(Array(12).fill('lifetime_elapsed'));
});

test('when no token of the app is within its lifetime, expiries are accepted', async () => {
  const fleet = await agedFleet();
  TROUBLES['every token is refused with 190']();
  await passTheEnd(fleet);
  await fleet.run(HOUR_MS);
  expect((await fleet.rows()).map(({ reason }) => reason)).toEqual(Array(12).fill('lifetime_elapsed'));
  expect(await openIncidents(stack.pool)).toEqual([]);
});

async function agedFleet(): Promise<Fleet> {
  const fleet = await createFleet(stack, 12, 'old');
  await fleet.run(40 * DAY_MS);
  return fleet;
}

async function passTheEnd(fleet: Fleet): Promise<void> {
  fleet.reject(fleet.ids);
  await fleet.run(5 * MINUTE_MS);
  expect(inState(await fleet.rows(), 'recovering')).toBe(12);
  stack.simulator.clock.advance(70 * DAY_MS);
  await fleet.run(5 * MINUTE_MS);
}

test('an invalidated token expires at once, also several in a row', async () => {
  const fleet = await createFleet(stack, 20, 'shop');
  for (const n of [0, 1, 2, 3, 4, 5, 6, 7]) {
    stack.simulator.invalidate(`shop_${n}`, 460);
    fleet.reject([fleet.ids[n]!]);
    await fleet.run(15 * SECOND_MS);
    expect(inState(await fleet.rows(), 'expired')).toBe(n + 1);
  }
  expect(await openIncidents(stack.pool)).toEqual([]);
});

test('tokens invalidated together expire after a while in which others work', async () => {
  const fleet = await createFleet(stack, 20, 'shop');
  const dead = fleet.ids.slice(0, 8);
  dead.forEach((_, n) => stack.simulator.invalidate(`shop_${n}`, 460));
  fleet.reject(dead);
  await fleet.run(BELIEVED_AFTER_MS - 2 * MINUTE_MS);
  expect(inState(await fleet.rows(), 'recovering')).toBe(8);
  await fleet.run(10 * MINUTE_MS);
  expect(inState(await fleet.rows(), 'expired')).toBe(8);
  expect(inState(await fleet.rows(), 'active')).toBe(12);
});

test('the only two tokens of an app, both invalidated, expire in the end', async () => {
  const fleet = await createFleet(stack, 2, 'pair');
  fleet.ids.forEach((_, n) => stack.simulator.invalidate(`pair_${n}`, 460));
  fleet.reject(fleet.ids);
  await fleet.run(BELIEVED_AFTER_MS - MINUTE_MS);
  expect(inState(await fleet.rows(), 'expired')).toBe(0);
  await fleet.run(5 * MINUTE_MS);
  expect(inState(await fleet.rows(), 'expired')).toBe(2);
  expect(await told('provider.incident_started')).toBe(1);
});

test('reports about valid tokens, from a service calling the wrong host, open no incident', async () => {
  const fleet = await createFleet(stack, 30, 'misused');
  fleet.reject(fleet.ids);
  await fleet.run(MINUTE_MS);
  expect(inState(await fleet.rows(), 'active')).toBe(30);
  expect(await told('provider.incident_started')).toBe(0);
});

test('a refresh with an app-level answer opens an incident, and a successful one ends it', async () => {
  const fleet = await createFleet(stack, 2, 'renewed');
  stack.simulator.addFault({ match: { path: '/refresh_access_token' }, app: 'blocked' });
  await fleet.run(45 * DAY_MS);
  expect(await openIncidents(stack.pool)).toEqual([expect.objectContaining({ kind: 'app_level' })]);
  stack.simulator.clearFaults();
  await fleet.run(DAY_MS);
  expect(await openIncidents(stack.pool)).toEqual([]);
  expect((await fleet.rows()).map(({ version }) => version)).toEqual([2, 2]);
});

test('a refreshed token is not discarded for an answer during an incident', async () => {
  stack.simulator.setMode({ refreshReturns: 'new_old_dead' });
  const fleet = await createFleet(stack, 4, 'fresh');
  stack.simulator.addFault({ match: { path: '/me' }, ...DEAD });
  fleet.reject(fleet.ids.slice(0, 3));
  await fleet.run(MINUTE_MS);
  expect(await openIncidents(stack.pool)).toHaveLength(1);
  const { rows: kept } = await stack.pool.query("select 1 from token_versions where stage = 'pending'");
  stack.simulator.clearFaults();
  await fleet.run(3 * MINUTE_MS);
  expect(inState(await fleet.rows(), 'active')).toBe(4);
  expect(kept.length).toBeGreaterThan(0);
});

test('an incident without recovering connections is ended by the audit', async () => {
  const fleet = await createFleet(stack, 3, 'gone');
  stack.simulator.addFault({ match: {}, app: 'blocked' });
  fleet.reject(fleet.ids.slice(0, 1));
  await fleet.run(SECOND_MS);
  const [row] = await fleet.rows();
  expect(await findOpenIncident(stack.pool, row!)).not.toBeNull();
  await stack.pool.query(
    "update integrations set state = 'disconnected', recovery = null where state = 'recovering'",
  );
  expect((await audit()).incidents).toBe(1);
  stack.simulator.clearFaults();
  expect((await audit()).incidents).toBe(0);
  expect(await told('provider.incident_ended')).toBe(1);
});

function audit() {
  const lifecycles = { ...stack.deps.lifecycles, rowChanged: () => Promise.resolve() };
  return new MockActivityEnvironment().run(() =>
    auditFleet({ ...stack.deps, lifecycles }),
  ) as Promise<AuditResult>;
}
