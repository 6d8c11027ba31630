import { expiredText, expiringText, refreshFailedText } from '../../../core/text/banner';
import { DAY_MS, HOUR_MS } from '../../../core/time';

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
