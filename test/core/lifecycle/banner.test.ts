import { asksToCheckAgain, bannerFor } from '../../../core/lifecycle/banner';
import { REASONS, STATES } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';

const NOW = 1_000 * DAY_MS;
const CALM = 'We are still retrying. No action needed yet.';
const facts = {
  state: 'active',
  reason: null,
  username: 'shop',
  paused: false,
  recovery: null,
  failedAttempts: 0,
  messages: 'ok',
} as const;
const waiting = {
  state: 'recovering',
  recovery: { cause: 'rejection', returnTo: 'active', nextAttemptAt: NOW, ownerAction: 'checkpoint' },
} as const;

/** @param left ms until the end */
const bannerAt = (left: number, changed: Partial<Parameters<typeof bannerFor>[0]> = {}) =>
  bannerFor({ ...facts, expiresAt: NOW + left, ...changed }, 'Shopdesk', NOW);
const CHECK = { kind: 'check_again', label: 'Check again' };
const RECONNECT = { kind: 'reconnect', label: 'Reconnect' };

test('it begins exactly seven days before the end', () => {
  expect(bannerAt(7 * DAY_MS)).toMatchObject({ level: 'warning' });
  expect(bannerAt(7 * DAY_MS + 1)).toBeNull();
});

test('a warning is calm while more than three days are left, and the owner has done nothing', () => {
  expect(bannerAt(3 * DAY_MS + 1)?.note).toBe(CALM);
  expect(bannerAt(5 * DAY_MS, { failedAttempts: 4 })?.note).toBe(CALM);
  expect(bannerAt(3 * DAY_MS)?.note).toBeNull();
  expect(bannerAt(5 * DAY_MS, { state: 'expired', reason: 'invalidated' })?.note).toBeNull();
  expect(bannerAt(5 * DAY_MS, waiting)?.note).toBeNull();
});

test('while refreshes are paused it does not say that they are tried', () => {
  expect(bannerAt(5 * DAY_MS, { paused: true })).toMatchObject({ level: 'warning', note: null });
  expect(bannerAt(2 * DAY_MS, { paused: true })?.note).toBeNull();
});

test.each(['active', 'refreshing', 'recovering'] as const)(
  'from the end on, in %s, it is red: the token is not used any more',
  (state) => {
    const over = {
      level: 'error',
      cause: 'service',
      text: 'We could not renew the connection to @shop in time. Reconnect to read and send messages again.',
      note: null,
      actions: [RECONNECT],
    };
    expect(bannerAt(1, { state })).toMatchObject({ level: 'warning' });
    expect(bannerAt(0, { state })).toEqual(over);
    expect(bannerAt(-DAY_MS, { state })).toEqual(over);
  },
);

test('a warning offers to reconnect', () => {
  expect(bannerAt(5 * DAY_MS)?.actions).toEqual([RECONNECT]);
  expect(bannerAt(5 * DAY_MS, { state: 'refreshing' })?.actions).toEqual([RECONNECT]);
});

test('while Instagram waits for the owner, looking again comes first, and there is a way back only near the end', () => {
  expect(bannerAt(40 * DAY_MS, waiting)?.actions).toEqual([CHECK]);
  expect(bannerAt(7 * DAY_MS, waiting)?.actions).toEqual([CHECK, RECONNECT]);
});

test.each(REASONS)(
  'after the end by %s the owner reconnects, and looks again where that may help',
  (reason) => {
    const mayHelp = ['checkpoint', 'account_unusable'].includes(reason);
    expect(bannerAt(40 * DAY_MS, { state: 'expired', reason })?.actions).toEqual(
      mayHelp ? [CHECK, RECONNECT] : [RECONNECT],
    );
  },
);

test.each(STATES)('a banner in the state %s offers an action', (state) => {
  for (const left of [-1, 1, 5 * DAY_MS, 40 * DAY_MS])
    expect(bannerAt(left, { state })?.actions).not.toEqual([]);
});

test('it asks to check again only while Instagram waits for the owner', () => {
  expect(asksToCheckAgain(bannerAt(30 * DAY_MS, waiting))).toBe(true);
  expect(asksToCheckAgain(bannerAt(DAY_MS, waiting))).toBe(true);
  expect(asksToCheckAgain(bannerAt(-1, { state: 'recovering' }))).toBe(false);
  expect(asksToCheckAgain(bannerAt(5 * DAY_MS))).toBe(false);
  expect(asksToCheckAgain(null)).toBe(false);
});
