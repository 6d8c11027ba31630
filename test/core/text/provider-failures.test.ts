import { lastFailureText } from '../../../core/text/provider-failures';

test.each([
  ['check', 'transient', 'http_503', null, 'Last check failed: Instagram unavailable (503)'],
  ['refresh', 'transient', 'no_answer', null, 'Last refresh failed: Instagram unavailable (no response)'],
  ['check', 'throttled', '4', null, 'Last check failed: Instagram rate limit reached (4)'],
  ['refresh', 'terminal', '190', 460, 'Last refresh failed: token rejected by Instagram (190/460)'],
] as const)('a failed %s, %s with %s/%s, reads "%s"', (attempt, kind, code, subcode, text) => {
  expect(lastFailureText(attempt, { class: kind, code, subcode })).toBe(text);
});
