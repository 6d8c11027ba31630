import { bannerFor } from '../../core/banner';
import { expiredText, expiringText, refreshFailedText } from '../../core/sentences';
import { DAY_MS, HOUR_MS } from '../../core/time';

const usable = {
  state: 'active',
  reason: null,
  username: 'shop',
  recovery: null,
  lastError: null,
  failedAttempts: 0,
} as const;
const subject = { username: 'shop', product: 'Shopdesk' };

test('the warning counts whole days', () => {
  expect(expiringText(7 * DAY_MS)).toBe(
    'Your Instagram token expires in 7 days. Consider reconnecting to avoid disruption.',
  );
  expect(expiringText(2 * DAY_MS - 1)).toBe(
    'Your Instagram token expires in 1 day. Consider reconnecting to avoid disruption.',
  );
  expect(expiringText(DAY_MS - 1)).toBe(
    'Your Instagram token expires today. Consider reconnecting to avoid disruption.',
  );
});

test('the banner begins exactly seven days before the end', () => {
  const now = 1_000 * DAY_MS;
  expect(bannerFor({ ...usable, expiresAt: now + 7 * DAY_MS }, 'Shopdesk', now)).toMatchObject({
    level: 'warning',
  });
  expect(bannerFor({ ...usable, expiresAt: now + 7 * DAY_MS + 1 }, 'Shopdesk', now)).toBeNull();
});

test('a warning is calm while more than three days are left, and the owner has done nothing', () => {
  const now = 1_000 * DAY_MS;
  const noteAt = (left: number, facts: object = {}) =>
    bannerFor({ ...usable, ...facts, expiresAt: now + left }, 'Shopdesk', now)?.note;
  const calm = 'We are still retrying; you need not do anything yet.';
  expect(noteAt(3 * DAY_MS + 1)).toBe(calm);
  expect(noteAt(5 * DAY_MS, { failedAttempts: 4 })).toBe(calm);
  expect(noteAt(3 * DAY_MS)).toBeNull();
  expect(noteAt(5 * DAY_MS, { state: 'expired', reason: 'invalidated' })).toBeNull();
  const ownerAction = {
    cause: 'rejection',
    returnTo: 'active',
    nextAttemptAt: now,
    ownerAction: 'checkpoint',
  };
  expect(noteAt(5 * DAY_MS, { state: 'recovering', recovery: ownerAction })).toBeNull();
});

test('our own outage is never blamed on the owner', () => {
  expect(expiredText('lifetime_elapsed', subject)).toBe(
    'We could not renew the connection to @shop in time. Reconnect to read and send messages again.',
  );
  expect(expiredText('password_changed', subject)).toBe(
    '@shop changed its Instagram password, which ended this connection. Reconnect to read and send messages again.',
  );
  expect(expiredText('deauthorized', subject)).toBe(
    '@shop removed Shopdesk on Instagram. Reconnect to read and send messages again.',
  );
  expect(expiredText('checkpoint', subject)).toBe(
    'Instagram wants @shop to confirm a login. Open Instagram, follow its steps, then choose Check again.',
  );
});

test('the toast says whose connection, until when, and what to do', () => {
  expect(refreshFailedText(subject, Date.UTC(2027, 0, 8, 21))).toBe(
    'We could not renew the Instagram connection of @shop. It works until 8 Jan, 21:00 UTC. Reconnect now to be safe.',
  );
  expect(HOUR_MS).toBe(3_600_000);
});
