import { CALLS_EVERY_MS, type CallCount, providerStatus } from '../../../core/fleet/provider-status';
import { PROVIDER_TEXT, providerStatusText } from '../../../core/text/provider-status';
import { HOUR_MS, MINUTE_MS } from '../../../core/time';

const NOW = Date.UTC(2027, 3, 16, 14, 37);
const NONE = { count: 0, since: null };
/** Counts of five minutes each, the newest first: pairs of answered and not. */
const calls = (...counts: [number, number][]): CallCount[] =>
  counts.map(([answered, unanswered], index) => ({
    at: NOW - (NOW % CALLS_EVERY_MS) - index * CALLS_EVERY_MS,
    answered,
    unanswered,
  }));
const judge = (facts: Partial<Parameters<typeof providerStatus>[0]>) =>
  providerStatus({ failing: NONE, incidentSince: null, calls: [], ...facts }, NOW);

test('without calls, failures and incidents nothing is known against it', () => {
  expect(judge({})).toEqual({ status: 'ok', since: null, failing: 0, failedShare: null });
});

test('a single failed call is a blip, unless a connection is failing', () => {
  expect(judge({ calls: calls([3, 1]) })).toMatchObject({ status: 'ok', failedShare: 0.25 });
  const failing = { count: 1, since: NOW - HOUR_MS };
  expect(judge({ calls: calls([3, 1]), failing })).toMatchObject({
    status: 'degraded',
    since: NOW - HOUR_MS,
  });
});

test.each<[string, [number, number][], string, number]>([
  ['half of the calls', [[5, 5]], 'down', 0.5],
  ['a twentieth', [[38, 2]], 'degraded', 0.05],
  ['less', [[97, 3]], 'ok', 0.03],
  ['two of two', [[0, 2]], 'degraded', 1],
  ['all of three', [[0, 3]], 'down', 1],
  [
    'those of a quarter of an hour together',
    [
      [9, 0],
      [0, 3],
      [3, 3],
    ],
    'degraded',
    1 / 3,
  ],
])('%s', (_, counts, status, failedShare) => {
  expect(judge({ calls: calls(...counts) })).toMatchObject({ status, failedShare });
});

test('when nothing was called for a while, the newest calls are judged', () => {
  const [old] = calls([0, 9]);
  const at = old!.at - 6 * HOUR_MS;
  const failing = { count: 9, since: at + MINUTE_MS };
  expect(judge({ calls: [{ ...old!, at }], failing })).toEqual({
    status: 'down',
    since: at,
    failing: 9,
    failedShare: 1,
  });
});

test('it is failing since the first of an unbroken run of failures', () => {
  const counts = calls([0, 4], [1, 4], [0, 5], [9, 0], [0, 9]);
  expect(judge({ calls: counts })).toMatchObject({ status: 'down', since: counts[2]!.at });
});

test('an open incident is down, whatever single calls say', () => {
  expect(judge({ calls: calls([9, 0]), incidentSince: NOW - HOUR_MS })).toMatchObject({
    status: 'down',
    since: NOW - HOUR_MS,
  });
});

test('in words', () => {
  expect(providerStatusText(judge({}), null)).toBe(PROVIDER_TEXT.ok);
  const failing = { count: 9, since: NOW - HOUR_MS };
  const down = judge({ calls: calls([66, 34]), failing });
  expect(providerStatusText({ ...down, status: 'down' }, '13:37')).toBe(
    'Instagram has been failing since 13:37 · 34 % of calls · 9 connections affected',
  );
  expect(providerStatusText({ ...down, failing: 1, failedShare: 0.001 }, '13:37')).toBe(
    'Instagram has been failing for some calls since 13:37 · under 1 % of calls · 1 connection affected',
  );
});
