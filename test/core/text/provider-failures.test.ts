import { lastFailureText } from '../../../core/text/provider-failures';

test.each([
  ['check', 'transient', '2', null, 503, 'Last check failed: Instagram unavailable (503)'],
  ['refresh', 'transient', '1', 99, 500, 'Last refresh failed: Instagram unavailable (500)'],
  ['check', 'transient', '2', null, 400, 'Last check failed: Instagram unavailable (2)'],
  ['check', 'transient', 'http_503', null, 503, 'Last check failed: Instagram unavailable (503)'],
  [
    'refresh',
    'transient',
    'no_answer',
    null,
    null,
    'Last refresh failed: Instagram unavailable (no response)',
  ],
  ['check', 'throttled', '4', null, 429, 'Last check failed: Instagram rate limit reached (4)'],
  ['refresh', 'terminal', '190', 460, 400, 'Last refresh failed: token rejected by Instagram (190/460)'],
] as const)(
  'a failed %s, %s with %s/%s by HTTP %s, reads "%s"',
  (attempt, kind, code, subcode, status, text) => {
    expect(lastFailureText(attempt, { class: kind, code, subcode, status })).toBe(text);
  },
);
