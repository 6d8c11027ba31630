import {
  type ConnectResult,
  checkText,
  deletionText,
  invitationText,
  newLinkText,
  resultText,
} from '../../../core/text/owner-pages';
import { DAY_MS } from '../../../core/time';

const subject = { product: 'Shopdesk', username: 'shop', other: 'bakery' };
const RESULTS: Record<ConnectResult, { action: string | null; good: boolean }> = {
  connected: { action: null, good: true },
  cancelled: { action: 'Try again', good: false },
  wrong_account: { action: 'Switch Instagram account', good: false },
  missing_permissions: { action: 'Connect again', good: false },
  account_taken: { action: null, good: false },
  failed: { action: 'Try again', good: false },
  link_outdated: { action: null, good: false },
  state_expired: { action: null, good: false },
};

test.each(Object.entries(RESULTS))('%s says what the owner can do', (result, expected) => {
  const { action, good, text } = resultText(result as ConnectResult, subject);
  expect({ action, good }).toEqual(expected);
  expect(text).toMatch(/^[A-Z].+\.$/);
});

test('every attempt that changed nothing says so', () => {
  for (const result of ['cancelled', 'wrong_account', 'failed', 'link_outdated', 'state_expired'] as const)
    expect(resultText(result, subject).text).toContain('No changes were made.');
});

test('an account taken by another user is named, with whom to ask', () => {
  expect(resultText('account_taken', subject).text).toBe(
    'Another Shopdesk user has connected @bakery. Ask that user or Shopdesk support to disconnect it.',
  );
});

test('a check offers another one only while Instagram requires an action', () => {
  const actionOf = (result: Parameters<typeof checkText>[0]) => checkText(result, subject).action;
  expect(actionOf('connected')).toBeNull();
  expect(actionOf('action_required')).toBe('Check again');
  expect(actionOf('expired')).toBe('Continue to Instagram');
});

test('the first connection names no account, a reconnect names it and its reason', () => {
  expect(invitationText({ ...subject, username: null }, null).title).toBe('Connect Instagram');
  const reconnect = invitationText(subject, 'What happened.');
  expect([reconnect.title, reconnect.text]).toEqual(['Reconnect @shop', 'What happened.']);
});

test('the page of a new link reveals no address', () => {
  for (const result of ['sent', 'failed'] as const)
    expect(newLinkText(result, 'Shopdesk').text).not.toContain('@');
});

test('a deletion is unknown, in progress or done', () => {
  const askedAt = Date.UTC(2026, 4, 21);
  expect(deletionText(null, 'Shopdesk')).toMatchObject({ title: 'Unknown confirmation code', good: false });
  const begun = { askedAt, erased: 12_000, isErased: false, finishedAt: null };
  const text = (changed: object) => deletionText({ ...begun, ...changed }, 'Shopdesk').text;
  expect(text({})).toContain('Requested on 21 May 2026.');
  expect(text({})).toContain('12000 so far');
  expect(text({ isErased: true })).toContain('Your account and messages have been deleted.');
  expect(text({ isErased: true, finishedAt: askedAt + DAY_MS })).toContain('was deleted by 22 May 2026.');
});
