import { NOTICE_TYPES, isProblem } from '../../../core/deliveries/notice-policy';
import {
  type NoticeSubject,
  type NoticeText,
  resolvedNotice,
  problemNotice,
} from '../../../core/text/owner-mails';
import { REASONS, type Reason } from '../../../core/lifecycle/states';
import { DAY_MS, HOUR_MS } from '../../../core/time';

const NOW = Date.UTC(2026, 4, 21, 4);
const URL = 'https://evergrant.example.com/connect/x.y';
const about = (reason: Reason | null = null): NoticeSubject => ({
  product: 'Shopdesk',
  username: 'shop',
  ownerRef: 'owner-1',
  reason,
  expiresAt: NOW + 5 * DAY_MS + HOUR_MS,
  url: URL,
});
const textOf = ({ paragraphs }: NoticeText) => paragraphs.join('\n');

const HAPPENED: Record<Reason, RegExp> = {
  password_changed: /@shop changed its Instagram password/,
  deauthorized: /@shop removed Shopdesk/,
  permission_removed: /@shop no longer allows Shopdesk/,
  checkpoint: /Instagram requires a login confirmation for @shop/,
  account_unusable: /Instagram has restricted @shop/,
  lifetime_elapsed: /We could not renew the connection to @shop in time/,
  response_lost: /We could not renew the connection to @shop in time/,
  session_expired: /Instagram ended the session of @shop/,
  invalidated: /Instagram ended the connection between Shopdesk and @shop/,
};
const OWNERS_DOING = ['password_changed', 'deauthorized', 'permission_removed'];
const ON_INSTAGRAM = ['checkpoint', 'account_unusable'];

test.each(REASONS)('an end by %s says what happened, what it means and what to do', (reason) => {
  const notice = problemNotice('integration.expired', about(reason), NOW);
  expect(notice.subject).toBe('Shopdesk: the connection to @shop has ended');
  const text = textOf(notice);
  expect(text).toMatch(HAPPENED[reason]);
  expect(text).toContain('cannot read or send messages for @shop');
  if (ON_INSTAGRAM.includes(reason)) {
    expect(text).toMatch(/Open the Instagram app.+select the button below/);
    expect(notice.link).toEqual({ label: 'Check again', url: URL });
    const { link, ...pathless } = problemNotice('integration.expired', { ...about(reason), url: null }, NOW);
    expect(link).toBeNull();
    expect(textOf({ ...pathless, link })).toContain('Then choose “Check again” in Shopdesk.');
  } else {
    expect(text).toContain('Reconnect the account');
    expect(notice.link).toEqual({ label: 'Reconnect @shop', url: URL });
  }
  // Nobody is told that it was their fault when it was not, nor the other way round.
  const blameless = ![...OWNERS_DOING, ...ON_INSTAGRAM].includes(reason);
  expect(/You did nothing wrong/.test(text)).toBe(blameless);
});

test.each(REASONS)('a reminder of expiry by %s repeats the reason', (reason) => {
  const notice = problemNotice('integration.reminder', about(reason), NOW);
  expect(notice.subject).toBe('Shopdesk: @shop is still not connected');
  expect(textOf(notice)).toMatch(HAPPENED[reason]);
});

test.each([
  [5 * DAY_MS + HOUR_MS, 'in 5 days'],
  [DAY_MS + HOUR_MS, 'in 1 day'],
  [HOUR_MS, 'today'],
])('a token with %i ms left expires %s', (leftMs, when) => {
  const notice = problemNotice('token.expiring', { ...about(), expiresAt: NOW + leftMs }, NOW);
  expect(notice.subject).toBe(`Shopdesk: the connection to @shop expires ${when}`);
  expect(notice.link?.url).toBe(URL);
});

test('the date is given in words and in UTC', () => {
  expect(textOf(problemNotice('token.expiring', about(), NOW))).toMatch(/on 26 May 2026(,| at) 05:00 UTC/);
});

test('an account whose name is gone is still spoken of', () => {
  const notice = problemNotice('integration.expired', { ...about('invalidated'), username: null }, NOW);
  expect(`${notice.subject}${textOf(notice)}`).not.toMatch(/null|undefined|@/);
});

test('every trouble among the notices has its text', () => {
  for (const type of NOTICE_TYPES.filter(isProblem))
    expect(problemNotice(type, about('invalidated'), NOW).paragraphs.length).toBeGreaterThan(1);
});

test('the news that it works again has no link', () => {
  const notice = resolvedNotice(about());
  expect(notice.link).toBeNull();
  expect(notice.subject).toMatch(/^Shopdesk: /);
  expect(textOf(notice)).not.toMatch(/https?:/);
});
