import { type LifecycleFacts } from '../../../core/lifecycle/facts';
import { activitySummary, runName, timerSummary } from '../../../core/text/run-summaries';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { lifecycleFactsOf } from '../../support/connections';

const NOW = Date.parse('2027-04-20T00:00:00Z');
const EXPIRES = NOW + 27 * DAY_MS;
const facts = (more: Partial<LifecycleFacts> = {}): LifecycleFacts =>
  lifecycleFactsOf(EXPIRES - 60 * DAY_MS, {
    ...{ integrationId: 'int_1', username: 'shop', ownerRef: 'acme' },
    ...{ expiresAt: EXPIRES, refreshAt: NOW + 13 * DAY_MS },
    ...more,
  });
const recovering = (more: Partial<NonNullable<LifecycleFacts['recovery']>> = {}): LifecycleFacts =>
  facts({
    state: 'recovering',
    recovery: {
      cause: 'rejection',
      returnTo: 'active',
      nextAttemptAt: NOW + HOUR_MS,
      ownerAction: null,
      ...more,
    },
  });
const expired = facts({ state: 'expired', reminder: { sent: 1, nextAt: NOW + 4 * DAY_MS } });
const failing = facts({ state: 'refreshing', failedAttempts: 4, nextAttemptAt: NOW + 20 * MINUTE_MS });
const nothing = { rejection: null, recheck: false };

test('a run is named after account and owner, as far as they are known', () => {
  expect(runName(facts())).toBe('@shop · acme');
  const { ownerRef: _, ...before } = facts();
  expect(runName(before)).toBe('@shop');
  expect(runName(facts({ username: null }))).toBe('int_1 · acme');
});

test.each([
  ['refresh on 3 May', facts(), NOW + 13 * DAY_MS],
  ['warning on 10 May', facts(), EXPIRES - 7 * DAY_MS],
  ['expiry on 17 May', facts(), EXPIRES],
  ['retry 4 in 20 minutes', failing, NOW + 20 * MINUTE_MS],
  ['reminder 2 on 24 Apr', expired, NOW + 4 * DAY_MS],
  ['check again in 60 minutes', recovering(), NOW + HOUR_MS],
  ['check whether the owner is done in 60 minutes', recovering({ ownerAction: 'checkpoint' }), NOW + HOUR_MS],
  ['check after the incident in 60 minutes', recovering({ held: true }), NOW + HOUR_MS],
  ['next step in 30 seconds', facts(), NOW + 30_000],
])('a timer says: %s', (text, known, until) => {
  expect(timerSummary(known, until, NOW)).toBe(text);
});

test.each([
  ['refresh, 27 days left', { type: 'refresh', asked: false }, facts(), nothing],
  ['refresh as asked', { type: 'refresh', asked: true }, facts(), nothing],
  ['retry 4, 27 days left', { type: 'refresh', asked: false }, failing, nothing],
  ['check as asked', { type: 'recover' }, facts(), { rejection: null, recheck: true }],
  [
    'check after 190/460 from api/key_1',
    { type: 'recover' },
    facts(),
    { rejection: { version: 1, code: 190, subcode: 460, source: 'api/key_1' }, recheck: false },
  ],
  ['check again', { type: 'recover' }, recovering(), nothing],
  ['last refresh', { type: 'recover' }, facts({ expiresAt: NOW }), nothing],
  ['warning, 27 days left', { type: 'warn' }, facts(), nothing],
  ['reminder 2', { type: 'remind' }, expired, nothing],
  ['end of the lifetime', { type: 'expire' }, facts({ expiresAt: NOW }), nothing],
  ['read the row', { type: 'load' }, null, nothing],
] as const)('an activity says: %s', (text, action, known, why) => {
  expect(activitySummary(action, known, why, NOW)).toBe(text);
});
