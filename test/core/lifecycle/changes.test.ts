import fc from 'fast-check';
import { type Change, andThen, applied } from '../../../core/lifecycle/change';
import * as changes from '../../../core/lifecycle/changes';
import { type Connection } from '../../../core/lifecycle/connection';
import { type Refusal } from '../../../core/lifecycle/evidence';
import { FAILING_NOTICE_AFTER_MS } from '../../../core/lifecycle/refresh-policy';
import { REASONS } from '../../../core/lifecycle/states';
import { DAY_MS, HOUR_MS } from '../../../core/time';
import { LIFE_MS, connectionOf, recoveryOf } from '../../support/connections';

const SOMEBODY = { kind: 'api_key', name: 'a test' } as const;
const NOW = Date.UTC(2026, 5, 1);
const error = {
  code: 'http_503',
  subcode: null,
  class: 'transient',
  at: NOW,
  text: 'Instagram answered 503',
};
const refusal: Refusal = {
  failure: { class: 'owner_action', reason: 'checkpoint', problem: null, throttles: null },
  code: 190,
  subcode: 459,
  retryAfterMs: null,
  lastError: error,
};
const token = (version: number) => ({
  version,
  issuedAt: NOW,
  expiresAt: NOW + LIFE_MS,
  refreshAt: NOW + 46 * DAY_MS,
});
const account = { id: '1784', scopedId: '99', username: 'model' };
const types = ({ events }: Change) => events.map(({ type }) => type);

/** Every change, and the states in which it is made. */
const EVERY: [name: string, from: Connection['state'][], make: (was: Connection) => Change][] = [
  ['refreshStarted', ['active'], () => changes.refreshStarted()],
  [
    'refreshed',
    ['refreshing', 'recovering'],
    (was) => changes.refreshed(token(was.version + 1), 'model', 'schedule'),
  ],
  ['refreshFailed', ['refreshing'], (was) => changes.refreshFailed(was, error, NOW, 0.5)],
  ['refreshPostponed', ['refreshing'], () => changes.refreshPostponed(NOW + HOUR_MS, 'active')],
  ['expiryWarned', ['active', 'refreshing'], () => changes.expiryWarned()],
  [
    'recoveryBegun',
    ['active', 'refreshing'],
    (was) => changes.recoveryBegun(was, { code: 190, subcode: null, source: 'test' }, NOW),
  ],
  ['lifetimeEnded', ['recovering'], () => changes.lifetimeEnded(recoveryOf(NOW))],
  ['retryScheduled', ['recovering'], () => changes.retryScheduled(recoveryOf(NOW), {}, NOW, 0.5)],
  [
    'ownerActionRequired',
    ['recovering'],
    () => changes.ownerActionRequired(recoveryOf(NOW), 'checkpoint', refusal, NOW, 0.5),
  ],
  ['deferredForIncident', ['recovering'], () => changes.deferredForIncident(recoveryOf(NOW), NOW, 0.5)],
  ['verified', ['recovering'], (was) => changes.verified(was)],
  ['expired', ['recovering'], () => changes.expired('invalidated', NOW)],
  ['reminded', ['expired'], (was) => changes.reminded(was, NOW)],
  ['reopened', ['expired'], () => changes.reopened()],
  ['expiryWithdrawn', ['expired'], (was) => changes.expiryWithdrawn(was, NOW)],
  [
    'granted',
    ['pending', 'active', 'refreshing', 'recovering', 'expired'],
    (was) => changes.granted(was, { ...token(was.lastVersion + 1), scopes: ['a'], account }),
  ],
  [
    'disconnected',
    ['pending', 'active', 'refreshing', 'recovering', 'expired'],
    (was) => changes.disconnected(was, null),
  ],
  [
    'deauthorized',
    ['active', 'refreshing', 'recovering', 'expired'],
    (was) => changes.deauthorized(was, NOW, NOW),
  ],
  [
    'dataDeleted',
    ['active', 'refreshing', 'recovering', 'expired', 'disconnected'],
    (was) => changes.dataDeleted(was),
  ],
  ['paused', ['active', 'recovering', 'expired'], () => changes.paused(SOMEBODY)],
  ['resumed', ['active', 'recovering', 'expired'], () => changes.resumed(SOMEBODY)],
];

test('every change that the file exports is tried here', () => {
  expect(EVERY.map(([name]) => name).sort()).toEqual(Object.keys(changes).sort());
});

test('whatever happens in whatever order, a reason is there exactly while expired, a recovery only while recovering', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(EVERY.length - 1), { maxLength: 40 }), (order) => {
      let was = connectionOf(NOW - 30 * DAY_MS);
      for (const index of order) {
        const [, from, make] = EVERY[index]!;
        if (!from.includes(was.state)) continue;
        const change = make(was);
        const after = applied(was, change);
        expect(after.state === 'expired').toBe(after.reason !== null);
        if (after.reason !== null) expect(REASONS).toContain(after.reason);
        if (after.state !== 'recovering') expect(after.recovery).toBeNull();
        expect(after.grantNo).toBeGreaterThanOrEqual(was.grantNo);
        expect(after.version).toBeGreaterThanOrEqual(was.version);
        expect(change.events.length).toBeLessThanOrEqual(2);
        if (after.state === 'disconnected') expect(after.grantNo).toBeGreaterThan(was.grantNo);
        was = { ...after, lastVersion: Math.max(after.lastVersion, after.version) };
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a change that its state does not allow is refused', () => {
  const over = connectionOf(NOW, { state: 'disconnected' });
  expect(() => applied(over, changes.verified(over))).toThrow('disconnected cannot become active');
});

test('a failing refresh is reported after a day, once per version', () => {
  let was = connectionOf(NOW, { state: 'refreshing' });
  const reports: string[] = [];
  for (const hours of [0, 12, 23, 25, 30]) {
    const change = changes.refreshFailed(was, error, NOW + hours * HOUR_MS, 0.5);
    reports.push(types(change).join() || '-');
    was = applied(was, change);
  }
  expect(FAILING_NOTICE_AFTER_MS).toBe(DAY_MS);
  expect(reports).toEqual(['-', '-', '-', 'token.refresh_failing', '-']);
  expect(was.failedAttempts).toBe(5);
});

test('a fresh token leaves nothing of the failures before it', () => {
  const failing = connectionOf(NOW, {
    state: 'recovering',
    failedAttempts: 4,
    failingSince: NOW,
    nextAttemptAt: NOW,
    failingNoticed: true,
    expiringNoticed: true,
    lastError: error,
    recovery: recoveryOf(NOW),
    remindersSent: 2,
    nextReminderAt: NOW,
    expiredAt: NOW,
  });
  const clean = connectionOf(NOW, { version: 2, refreshAt: token(2).refreshAt });
  expect(applied(failing, changes.refreshed(token(2), 'model', 'recovery'))).toEqual(clean);
  const reconnected = applied(
    failing,
    changes.granted(failing, { ...token(2), scopes: clean.scopes, account }),
  );
  expect(reconnected).toEqual({ ...clean, lastVersion: 2, grantNo: 2, grantedAt: NOW });
});

test('what came from outside raises the revision; deleted data leaves no run to find out', () => {
  const was = connectionOf(NOW);
  const outside = EVERY.filter(([, from, make]) => make({ ...was, state: from[0]! }).outside === true);
  expect(outside.map(([name]) => name)).toEqual([
    'expiryWithdrawn',
    'granted',
    'disconnected',
    'deauthorized',
    'paused',
    'resumed',
  ]);
  expect(changes.dataDeleted(was)).toMatchObject({
    outside: 'already_known',
    set: { accountId: null, username: null, contactEmail: null, scopes: [], lastError: null },
  });
});

test('a second deauthorization raises no second fence, keeps the reminders, and is no news', () => {
  const was = connectionOf(NOW - DAY_MS);
  const first = applied(was, changes.deauthorized(was, NOW, NOW));
  expect(first).toMatchObject({ state: 'expired', grantNo: 2, deauthorizedAt: NOW, remindersSent: 0 });
  const sent = applied(first, changes.reminded(first, NOW + DAY_MS));
  const again = changes.deauthorized(sent, NOW + DAY_MS, NOW + DAY_MS);
  expect(again.events).toEqual([]);
  expect(applied(sent, again)).toMatchObject({
    grantNo: 2,
    remindersSent: 1,
    nextReminderAt: sent.nextReminderAt,
    expiredAt: first.expiredAt,
  });
});

test('two changes in one keep the events of both, and the second sees what the first left', () => {
  const was = connectionOf(NOW, { state: 'refreshing' });
  const both = andThen(changes.refreshFailed(was, error, NOW, 0.5), was, (then) =>
    changes.recoveryBegun(then, { code: 190, subcode: 460, source: 'refresh' }, NOW),
  );
  expect(applied(was, both)).toMatchObject({ failedAttempts: 1, recovery: { returnTo: 'refreshing' } });
  expect(types(both)).toEqual(['token.rejected']);
});
