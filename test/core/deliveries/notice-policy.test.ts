import { EVENT_TYPES } from '../../../core/deliveries/events';
import {
  type Situation,
  isClosing,
  isForOperators,
  isNotice,
  isStillSo,
  isTrouble,
  mayBeAnIncidents,
  overtakenBy,
} from '../../../core/deliveries/notice-policy';
import { STATES } from '../../../core/lifecycle/states';

const active: Situation = { state: 'active', reason: null, ownerAction: null, version: 2, expiresAt: 1_000 };
const told = { tokenVersion: 2, reason: null as string | null };

test('people are told of these events, and of no others', () => {
  expect(EVENT_TYPES.filter(isNotice)).toEqual([
    'token.refreshed',
    'token.expiring',
    'token.owner_action_required',
    'token.recovered',
    'token.decrypt_failed',
    'integration.expired',
    'integration.reminder',
    'integration.reconnected',
    'provider.incident_started',
    'provider.incident_ended',
    'webhook.disabled',
  ]);
  for (const type of EVENT_TYPES.filter(isNotice))
    expect([isTrouble(type), isClosing(type), isForOperators(type)].filter(Boolean)).toHaveLength(1);
});

test('a token that nears its end still does while it is the newest, lives and is not over', () => {
  expect(isStillSo('token.expiring', told, active, 999)).toBe(true);
  expect(isStillSo('token.expiring', told, active, 1_000)).toBe(false);
  expect(isStillSo('token.expiring', told, { ...active, version: 3 }, 999)).toBe(false);
  const telling = STATES.filter((state) => isStillSo('token.expiring', told, { ...active, state }, 999));
  expect(telling).toEqual(['active', 'refreshing', 'recovering']);
});

test('an end is still so while it is expired for that reason', () => {
  const expired: Situation = { ...active, state: 'expired', reason: 'invalidated' };
  for (const type of ['integration.expired', 'integration.reminder'] as const) {
    expect(isStillSo(type, { ...told, reason: 'invalidated' }, expired, 0)).toBe(true);
    expect(isStillSo(type, { ...told, reason: 'deauthorized' }, expired, 0)).toBe(false);
    for (const state of STATES.filter((one) => one !== 'expired'))
      expect(isStillSo(type, told, { ...active, state }, 0)).toBe(false);
  }
});

test('what Instagram wants of an owner is still so while it waits for that', () => {
  const type = 'token.owner_action_required';
  const waits: Situation = { ...active, state: 'recovering', ownerAction: 'checkpoint' };
  expect(isStillSo(type, { ...told, reason: 'checkpoint' }, waits, 0)).toBe(true);
  expect(isStillSo(type, { ...told, reason: 'account_unusable' }, waits, 0)).toBe(false);
  expect(isStillSo(type, { ...told, reason: 'checkpoint' }, { ...waits, ownerAction: null }, 0)).toBe(false);
  expect(isStillSo(type, { ...told, reason: 'checkpoint' }, { ...waits, state: 'active' }, 0)).toBe(false);
});

test('an end of trouble is news while the token may be used', () => {
  for (const state of STATES)
    expect(isStillSo('token.recovered', told, { ...active, state }, 0)).toBe(
      state === 'active' || state === 'refreshing',
    );
});

test('what came later makes old news of it', () => {
  expect(overtakenBy('integration.expired')).toContain('integration.reminder');
  expect(overtakenBy('token.expiring')).not.toContain('integration.reminder');
  for (const type of ['token.expiring', 'integration.reminder', 'token.recovered'] as const)
    expect(overtakenBy(type)).toEqual(
      expect.arrayContaining(['integration.expired', 'integration.reconnected', 'integration.disconnected']),
    );
});

test('an incident is behind nothing that the owner did, and behind no end of trouble', () => {
  expect(mayBeAnIncidents('integration.expired', 'invalidated')).toBe(true);
  expect(mayBeAnIncidents('token.expiring', null)).toBe(true);
  expect(mayBeAnIncidents('integration.expired', 'deauthorized')).toBe(false);
  expect(mayBeAnIncidents('token.recovered', null)).toBe(false);
});
