import { EVENT_TYPES } from '../../../core/deliveries/events';
import {
  type NoticeFacts,
  isResolution,
  isForOperators,
  hasNotice,
  isStillTrue,
  isProblem,
  mayComeFromIncident,
  supersededBy,
} from '../../../core/deliveries/notice-policy';
import { STATES } from '../../../core/lifecycle/states';

const active: NoticeFacts = {
  state: 'active',
  reason: null,
  ownerAction: null,
  version: 2,
  expiresAt: 1_000,
};
const reported = { tokenVersion: 2, reason: null as string | null };

test('people are reported of these events, and of no others', () => {
  expect(EVENT_TYPES.filter(hasNotice)).toEqual([
    'token.refreshed',
    'token.expiring',
    'token.owner_action_required',
    'token.recovered',
    'token.decrypt_failed',
    'integration.expired',
    'integration.reminder',
    'integration.reconnected',
    'connect.refused',
    'capability.changed',
    'provider.incident_started',
    'provider.incident_ended',
    'webhook.disabled',
  ]);
  for (const type of EVENT_TYPES.filter(hasNotice).filter((one) => one !== 'capability.changed'))
    expect([isProblem(type), isResolution(type), isForOperators(type)].filter(Boolean)).toHaveLength(1);
});

test('a token that nears its end still does while it is the newest, lives and is not over', () => {
  expect(isStillTrue('token.expiring', reported, active, 999)).toBe(true);
  expect(isStillTrue('token.expiring', reported, active, 1_000)).toBe(false);
  expect(isStillTrue('token.expiring', reported, { ...active, version: 3 }, 999)).toBe(false);
  const telling = STATES.filter((state) =>
    isStillTrue('token.expiring', reported, { ...active, state }, 999),
  );
  expect(telling).toEqual(['active', 'refreshing', 'recovering']);
});

test('an end is still so while it is expired for that reason', () => {
  const expired: NoticeFacts = { ...active, state: 'expired', reason: 'invalidated' };
  for (const type of ['integration.expired', 'integration.reminder'] as const) {
    expect(isStillTrue(type, { ...reported, reason: 'invalidated' }, expired, 0)).toBe(true);
    expect(isStillTrue(type, { ...reported, reason: 'deauthorized' }, expired, 0)).toBe(false);
    for (const state of STATES.filter((one) => one !== 'expired'))
      expect(isStillTrue(type, reported, { ...active, state }, 0)).toBe(false);
  }
});

test('an owner action is still required while the connection waits for it', () => {
  const type = 'token.owner_action_required';
  const waits: NoticeFacts = { ...active, state: 'recovering', ownerAction: 'checkpoint' };
  expect(isStillTrue(type, { ...reported, reason: 'checkpoint' }, waits, 0)).toBe(true);
  expect(isStillTrue(type, { ...reported, reason: 'account_unusable' }, waits, 0)).toBe(false);
  expect(isStillTrue(type, { ...reported, reason: 'checkpoint' }, { ...waits, ownerAction: null }, 0)).toBe(
    false,
  );
  expect(isStillTrue(type, { ...reported, reason: 'checkpoint' }, { ...waits, state: 'active' }, 0)).toBe(
    false,
  );
});

test('an end of trouble is news while the token may be used', () => {
  for (const state of STATES)
    expect(isStillTrue('token.recovered', reported, { ...active, state }, 0)).toBe(
      state === 'active' || state === 'refreshing',
    );
});

test('what came later makes old news of it', () => {
  expect(supersededBy('integration.expired')).toContain('integration.reminder');
  expect(supersededBy('token.expiring')).not.toContain('integration.reminder');
  for (const type of ['token.expiring', 'integration.reminder', 'token.recovered'] as const)
    expect(supersededBy(type)).toEqual(
      expect.arrayContaining(['integration.expired', 'integration.reconnected', 'integration.disconnected']),
    );
});

test('an incident is behind nothing that the owner did, and behind no end of trouble', () => {
  expect(mayComeFromIncident('integration.expired', 'invalidated')).toBe(true);
  expect(mayComeFromIncident('token.expiring', null)).toBe(true);
  expect(mayComeFromIncident('integration.expired', 'deauthorized')).toBe(false);
  expect(mayComeFromIncident('token.recovered', null)).toBe(false);
});
