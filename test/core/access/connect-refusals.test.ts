import { CONNECT_REFUSALS, connectRefusalOf, connectVerdict } from '../../../core/access/connect-refusals';
import { classify } from '../../../core/lifecycle/failure';
import { REFUSAL_HINTS, refusedText, workingText } from '../../../core/text/connect-refusals';
import { FAILURES } from '../../support/failures';

const KINDS = Object.keys(CONNECT_REFUSALS) as (keyof typeof CONNECT_REFUSALS)[];

test.each([
  [
    'exchange_code',
    'Error validating application. Cannot get application info due to a system error.',
    'app_id',
  ],
  ['authorize', 'Invalid redirect_uri', 'redirect_uri'],
  ['authorize', 'Sorry, this content isn’t available right now', 'unavailable'],
  ['exchange', 'Sorry, this content isn&#39;t available right now', 'unavailable'],
  ['exchange', 'Unsupported request - method type: get', 'app_access'],
  ['probe', 'Unsupported request - method type: get', null],
  ['exchange_code', 'This authorization code has expired.', 'code_used'],
  ['exchange', 'Invalid authorization code', null],
  ['exchange', 'API calls from the server require an appsecret_proof argument', null],
  ['refresh', 'Invalid platform app', null],
  ['exchange_code', null, null],
])('at %s “%s” is %s', (operation, message, refusal) => {
  expect(connectRefusalOf(operation, message)).toBe(refusal);
});

test('what is unknown or transient never ends a round, and a used code after a lost answer is told apart', () => {
  const of = (changed: object) =>
    connectVerdict({
      refusal: null,
      failure: classify({ status: null, code: null, subcode: null, message: null, isTransient: false }),
      isRetry: false,
      wasUnreadable: false,
      ...changed,
    });
  expect(of({})).toEqual({ is: 'again', obstacle: null });
  expect(of({ refusal: 'code_used' })).toEqual({ is: 'refused', refusal: 'code_used' });
  expect(of({ refusal: 'code_used', isRetry: true })).toEqual({ is: 'refused', refusal: 'answer_lost' });
  expect(of({ refusal: 'code_used', isRetry: true, wasUnreadable: true })).toEqual({
    is: 'refused',
    refusal: 'unreadable',
  });
  for (const { status, error } of FAILURES) {
    const { code, subcode = null, message = null, is_transient: isTransient = false } = error;
    const failure = classify({ status, code, subcode, message, isTransient });
    const { is } = of({ failure });
    const isOpen = ['transient', 'throttled', 'ambiguous', 'owner_action', 'unreadable'].includes(
      failure.class,
    );
    expect([error, is === 'again']).toEqual([error, isOpen]);
  }
});

test.each(KINDS)('%s has a page that says whether another try helps, and a hint for operators', (refusal) => {
  const { title, text, action } = refusedText(refusal, 'Shopdesk');
  expect(title.length).toBeLessThan(60);
  expect(action === null).toBe(CONNECT_REFUSALS[refusal] === 'operators');
  expect(text.includes('Shopdesk has been notified')).toBe(action === null);
  expect(REFUSAL_HINTS[refusal]).toMatch(/\.$/);
  expect(workingText(refusal, 'Shopdesk').text).not.toContain('undefined');
});
