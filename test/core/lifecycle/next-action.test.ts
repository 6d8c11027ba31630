import fc from 'fast-check';
import { type LifecycleFacts, NOTHING_ASKED } from '../../../core/lifecycle/facts';
import { nextAction } from '../../../core/lifecycle/next-action';
import {
  LAST_REFRESH_GRACE_MS,
  MINIMUM_REFRESH_AGE_MS,
  ladderDelayMs,
  refreshAtFor,
} from '../../../core/lifecycle/refresh-policy';
import { unclearDelayMs } from '../../../core/lifecycle/recovery-policy';
import { nextReminderAt } from '../../../core/lifecycle/reminder-policy';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { LIFE_MS, lifecycleFactsOf } from '../../support/connections';

const connected = (now: number, random: number): LifecycleFacts =>
  lifecycleFactsOf(now, { refreshAt: refreshAtFor({ issuedAt: now, expiresAt: now + LIFE_MS }, random) });

/** Instagram as far as a lifecycle can tell: it answers or not, and the token lives or not. */
interface Provider {
  isDown(now: number): boolean;
  /** From this instant on the token is dead, whatever its expiry says. */
  killedAt: number | null;
}

interface World {
  now: number;
  facts: LifecycleFacts;
  expirations: number;
  warnings: number;
  refreshes: number;
}

/** Does what an activity would do, to the model's row. */
function perform(world: World, provider: Provider, type: string, random: number): void {
  const { facts, now } = world;
  const expiresAt = facts.expiresAt ?? 0;
  const dead = (provider.killedAt !== null && now >= provider.killedAt) || now >= expiresAt;
  const refreshed = () => {
    const { issuedAt, expiresAt: end, refreshAt } = connected(now, random);
    world.refreshes += 1;
    world.facts = {
      ...connected(now, random),
      version: facts.version + 1,
      paused: facts.paused,
      issuedAt,
      expiresAt: end,
      refreshAt,
    };
  };
  const expire = () => {
    world.expirations += 1;
    world.facts = {
      ...facts,
      state: 'expired',
      reason: 'invalidated',
      recovery: null,
      reminder: { sent: 0, nextAt: nextReminderAt(now, 0) },
    };
  };
  const later = (cause: 'rejection' | 'expiry') => {
    world.facts = {
      ...facts,
      state: 'recovering',
      recovery: {
        cause,
        returnTo: 'active',
        ownerAction: null,
        nextAttemptAt: now + unclearDelayMs(3, random),
      },
    };
  };
  switch (type) {
    case 'refresh':
      expect(now).toBeGreaterThanOrEqual((facts.issuedAt ?? 0) + MINIMUM_REFRESH_AGE_MS);
      if (provider.isDown(now)) {
        const failedAttempts = facts.failedAttempts + 1;
        const nextAttemptAt = now + ladderDelayMs(failedAttempts, expiresAt - now, random);
        world.facts = { ...facts, state: 'refreshing', failedAttempts, nextAttemptAt };
      } else if (dead) later('rejection');
      else refreshed();
      return;
    case 'recover': {
      const cause = now >= expiresAt ? 'expiry' : 'rejection';
      if (provider.isDown(now)) later(cause);
      else if (dead) expire();
      else world.facts = { ...facts, state: 'active', recovery: null };
      return;
    }
    case 'warn':
      expect(facts.expiringNoticed).toBe(false);
      world.warnings += 1;
      world.facts = { ...facts, expiringNoticed: true };
      return;
    case 'remind': {
      const sent = (facts.reminder?.sent ?? 0) + 1;
      world.facts = { ...facts, reminder: { sent, nextAt: nextReminderAt(now, sent) } };
      return;
    }
    case 'expire':
      expect(now).toBeGreaterThanOrEqual(expiresAt + LAST_REFRESH_GRACE_MS);
      expire();
      return;
    default:
      throw new Error(`unexpected ${type}`);
  }
}

/** Lives through `spanMs`, waking exactly when told to (or late, when the worker sleeps). */
function live(
  world: World,
  provider: Provider,
  spanMs: number,
  randoms: () => number,
  lateMs: () => number,
): void {
  const end = world.now + spanMs;
  let busy = 0;
  while (world.now < end) {
    const action = nextAction(world.facts, NOTHING_ASKED, world.now);
    if (action.type === 'wait') {
      busy = 0;
      if (action.until === null) return;
      expect(action.until).toBeGreaterThan(world.now);
      world.now = action.until + lateMs();
      continue;
    }
    expect((busy += 1)).toBeLessThan(6);
    perform(world, provider, action.type, randoms());
  }
}

const newWorld = (random: number): World => ({
  now: 0,
  facts: connected(0, random),
  expirations: 0,
  warnings: 0,
  refreshes: 0,
});

function stream(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('five years with outages of up to 12 days: refreshed every time, never expired', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 1_800 }), fc.double({ min: 0, max: 12, noNaN: true })), {
        maxLength: 20,
      }),
      (seed, given) => {
        // Outages lie at least two days apart: without any time to refresh in nobody could.
        let freeFrom = 0;
        const outages = given
          .sort(([a], [b]) => a - b)
          .flatMap(([day, days]) => {
            const from = Math.max(day * DAY_MS, freeFrom);
            freeFrom = from + (days + 2) * DAY_MS;
            return [{ from, to: from + days * DAY_MS }];
          });
        const world = newWorld(0.5);
        const random = stream(seed);
        live(
          world,
          { killedAt: null, isDown: (now) => outages.some(({ from, to }) => now >= from && now < to) },
          5 * 365 * DAY_MS,
          random,
          () => 0,
        );
        expect(world.expirations).toBe(0);
        expect(world.refreshes).toBeGreaterThanOrEqual(30);
      },
    ),
    { numRuns: 150 },
  );
});

test('there is always a next action, no action repeats without progress, and one expiry is reported once', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 0, max: 400 }),
      fc.double({ min: 0, max: 0.95, noNaN: true }),
      fc.boolean(),
      (seed, killedOnDay, downRate, paused) => {
        const random = stream(seed);
        const world = newWorld(random());
        world.facts.paused = paused;
        live(
          world,
          { killedAt: killedOnDay * DAY_MS, isDown: () => random() < downRate },
          3 * 365 * DAY_MS,
          random,
          () => (random() < 0.01 ? random() * 20 * DAY_MS : 0),
        );
        expect(world.expirations).toBe(1);
        expect(world.facts.state).toBe('expired');
      },
    ),
    { numRuns: 300 },
  );
});

test('with Instagram gone for good the connection ends a day after its lifetime, and the owner was warned before', () => {
  const world = newWorld(0);
  live(
    world,
    { killedAt: null, isDown: () => true },
    70 * DAY_MS,
    () => 0.5,
    () => 0,
  );
  expect(world).toMatchObject({ expirations: 1, warnings: 1 });
});

test('a paused connection waits until three days before its end', () => {
  const facts = { ...connected(0, 0), paused: true };
  expect(nextAction({ ...facts, expiringNoticed: true }, NOTHING_ASKED, 50 * DAY_MS)).toEqual({
    type: 'wait',
    until: 57 * DAY_MS,
  });
  expect(nextAction({ ...facts, expiringNoticed: true }, NOTHING_ASKED, 57 * DAY_MS)).toEqual({
    type: 'refresh',
    asked: false,
  });
});

test('an instant belongs to what begins at it', () => {
  const facts = connected(0, 0);
  const due = facts.refreshAt ?? 0;
  expect(nextAction(facts, NOTHING_ASKED, due - 1)).toEqual({ type: 'wait', until: due });
  expect(nextAction(facts, NOTHING_ASKED, due)).toEqual({ type: 'refresh', asked: false });
  expect(nextAction(facts, NOTHING_ASKED, 60 * DAY_MS)).toEqual({ type: 'recover' });
  expect(nextAction(facts, NOTHING_ASKED, 60 * DAY_MS + 7.5 * HOUR_MS)).toEqual({ type: 'recover' });
  expect(nextAction(facts, NOTHING_ASKED, 61 * DAY_MS)).toEqual({ type: 'expire' });
});

test('a rejection of an older version changes nothing; one of the current version is looked into', () => {
  const facts = { ...connected(0, 0), version: 4 };
  const asked = (version: number) => ({
    ...NOTHING_ASKED,
    rejection: { version, code: 190, subcode: null, source: 'test' },
  });
  expect(nextAction(facts, asked(3), DAY_MS).type).toBe('wait');
  expect(nextAction(facts, asked(4), DAY_MS).type).toBe('recover');
});

test('a changed row is read before anything else', () => {
  expect(
    nextAction({ ...connected(0, 0), state: 'expired' }, { ...NOTHING_ASKED, rowChanged: true }, MINUTE_MS),
  ).toEqual({ type: 'load' });
});
