import fc from 'fast-check';
import { type Answer, classify } from '../../../core/lifecycle/failure';

const answer = (part: Partial<Answer>): Answer => ({
  status: 400,
  code: null,
  subcode: null,
  message: null,
  isTransient: false,
  ...part,
});

test.each([
  [190, 463, 'terminal', 'session_expired'],
  [190, 460, 'terminal', 'password_changed'],
  [190, 458, 'terminal', 'deauthorized'],
  [190, 492, 'terminal', 'permission_removed'],
  [190, 2069032, 'terminal', 'permission_removed'],
  [190, 461, 'terminal', 'invalidated'],
  [190, 462, 'terminal', 'invalidated'],
  [190, 466, 'terminal', 'invalidated'],
  [190, 467, 'terminal', 'invalidated'],
  [190, 468, 'terminal', 'invalidated'],
  [190, null, 'terminal', 'invalidated'],
  [190, 0, 'terminal', 'invalidated'],
  [102, null, 'terminal', 'invalidated'],
  [190, 459, 'owner_action', 'checkpoint'],
  [190, 490, 'owner_action', 'checkpoint'],
  [190, 464, 'owner_action', 'account_unusable'],
  [190, 465, 'owner_action', 'account_unusable'],
  [190, 456, 'ambiguous', null],
])('%s/%s is %s (%s)', (code, subcode, kind, reason) => {
  expect(classify(answer({ code, subcode }))).toMatchObject({ class: kind, reason });
});

test.each([
  [
    'Error validating access token: Session has expired on Thursday, 21-May-26 04:00:00 PDT.',
    'session_expired',
  ],
  [
    '... because the user changed their password or Facebook has changed the session for security reasons.',
    'password_changed',
  ],
  ['Error validating access token: The user has not authorized application 123456.', 'deauthorized'],
  ['The session is invalid because the user logged out.', 'invalidated'],
])('without a subcode the message decides: %s', (message, reason) => {
  expect(classify(answer({ code: 190, message }))).toMatchObject({ class: 'terminal', reason });
});

test('unreadable tokens are ambiguous: a wrong host of ours says the same', () => {
  const message = 'Invalid OAuth access token - Cannot parse access token';
  expect(classify(answer({ status: 401, code: 190, message })).class).toBe('ambiguous');
  expect(classify(answer({ code: 190, message: 'Invalid OAuth 2.0 Access Token' })).class).toBe('ambiguous');
});

test('what hits every account of the app is app-level', () => {
  expect(classify(answer({ code: 200, message: 'API access blocked.' })).class).toBe('app_level');
  expect(classify(answer({ code: 400, message: 'Invalid platform app' })).class).toBe('app_level');
});

test('throttling is throttling on every status', () => {
  for (const code of [4, 9, 17, 32, 341, 613, 80001, 80002, 80006])
    expect(classify(answer({ code, status: 500 })).class).toBe('throttled');
  expect(classify(answer({ status: 429 })).class).toBe('throttled');
});

test('no answer, 5xx and unknown codes are transient', () => {
  for (const part of [
    { status: null },
    { status: 500 },
    { status: 502 },
    { code: 1 },
    { code: 2 },
    { code: 987_654 },
    { status: 418 },
  ]) {
    expect(classify(answer(part)).class).toBe('transient');
  }
});

test('a closed window and an unreachable recipient say nothing about the token', () => {
  expect(classify(answer({ status: 403, code: 10, subcode: 2534022 })).problem).toBe('window_closed');
  expect(classify(answer({ code: 551 })).problem).toBe('recipient_unavailable');
  expect(classify(answer({ code: 100, subcode: 2534014 })).problem).toBe('recipient_unavailable');
  expect(classify(answer({ status: 500, code: 10 })).problem).toBe('permission_missing');
});

test('whatever comes back is classified, and only token codes can ever end a connection', () => {
  const anything = fc.record({
    status: fc.option(fc.integer({ min: 100, max: 599 })),
    code: fc.option(fc.oneof(fc.integer(), fc.constantFrom(190, 102, 4, 10, 100, 200, 368, 2500))),
    subcode: fc.option(fc.oneof(fc.integer(), fc.constantFrom(0, 458, 459, 460, 463, 490))),
    message: fc.option(
      fc.oneof(fc.string(), fc.constantFrom('Session has expired', 'checkpoint', 'API access blocked.')),
    ),
    isTransient: fc.boolean(),
  });
  fc.assert(
    fc.property(anything, (given) => {
      const failure = classify(given);
      if (failure.class === 'terminal') {
        expect([190, 102]).toContain(given.code);
        expect(failure.reason).not.toBeNull();
      }
    }),
    { numRuns: 5_000 },
  );
});
