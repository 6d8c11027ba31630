import { grantsOf } from '../../../bench/strategies/score/grants';
import { scoreOf } from '../../../bench/strategies/score/score';
import { type Outcome, type Seen } from '../../../bench/strategies/world/seen';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type Call, type Entry } from '../../soak/journal';

const LIFE_MS = 60 * DAY_MS;
const YEAR_MS = 365 * DAY_MS;
const account = 'a';

function call(at: number, path: string, token: string, more: Partial<Call> = {}): Call {
  return {
    ...{ kind: 'call', at, process: 'p', account, path, token, fault: null, reachedAt: at, status: 200 },
    ...{ code: null, subcode: null, gave: null, endedAt: at + 1, delivered: true, ...more },
  } as Call;
}
const exchange = (at: number, token: string): Call =>
  call(at, '/access_token', 'short', { gave: { token, expiresAt: at + LIFE_MS } });
const refresh = (at: number, old: string, token: string, more: Partial<Call> = {}): Call =>
  call(at, '/refresh_access_token', old, { gave: { token, expiresAt: at + LIFE_MS }, ...more });
const failed = (at: number, token: string, code = 190): Call =>
  call(at, '/refresh_access_token', token, { status: 400, code });
const refusedUse = (at: number, token: string): Call =>
  call(at, '/me/conversations', token, { status: 400, code: 190 });
const granted = (at: number, token: string): Seen => ({ kind: 'granted', at, account, token });
const use = (at: number, outcome: Outcome): Seen => ({ kind: 'use', at, beganAt: at, account, outcome });
const seenAt = (at: number, kind: 'asked' | 'works'): Seen => ({ kind, at, account });
const notice = (at: number): Seen => ({ kind: 'notice', at, account, asks: 'reconnect' });

const score = (entries: Entry[], seen: Seen[], to = YEAR_MS) =>
  scoreOf({ entries: [exchange(0, 't1'), ...entries], seen: [granted(0, 't1'), ...seen], from: 0, to });

describe('a grant', () => {
  const death = (entries: Entry[], seen: Seen[] = []) =>
    grantsOf([exchange(0, 't1'), ...entries], [granted(0, 't1'), ...seen], YEAR_MS)
      .get(account)!
      .flatMap(({ deaths }) => deaths.map(({ why, from }) => [why, from / DAY_MS]));
  const mode = (refreshReturns: 'same' | 'new_old_dead'): Entry => ({ kind: 'mode', at: 0, refreshReturns });
  const away = (from: number, to: number): Entry[] => [
    { kind: 'began', at: from * DAY_MS, what: 'provider_down' },
    { kind: 'ended', at: to * DAY_MS, what: 'provider_down' },
  ];

  test.each<[string, Entry[], unknown[]]>([
    ['that nobody refreshes is lost', [], [['lost', 60]]],
    [
      'lives on with each refresh',
      [1, 2, 3, 4, 5, 6, 7].map((n) => refresh(n * 50 * DAY_MS, `t${n}`, `t${n + 1}`)),
      [],
    ],
    [
      'that gets the same token lives on',
      [1, 2, 3, 4, 5, 6, 7].map((n) => refresh(n * 50 * DAY_MS, 't1', 't1')),
      [],
    ],
    ['that no refresh could have saved is not the product’s loss', away(0.5, 59.5), [['outages', 60]]],
    ['that had one good day is', away(0.5, 58.5), [['lost', 60]]],
    [
      'whose new token never arrived is dead where Instagram ended the old one',
      [mode('new_old_dead'), refresh(10 * DAY_MS, 't1', 't2', { delivered: false })],
      [['answer lost', 10]],
    ],
    [
      'whose new token never arrived lives on where it did not',
      [mode('same'), refresh(10 * DAY_MS, 't1', 't1', { delivered: false })],
      [['lost', 70]],
    ],
    [
      'whose new token arrived and is not used was dropped',
      [mode('new_old_dead'), refresh(10 * DAY_MS, 't1', 't2'), refusedUse(11 * DAY_MS, 't1')],
      [['dropped', 10]],
    ],
    [
      'lives on by a second refresh of the old token, where the first new one was not accepted',
      [
        refresh(10 * DAY_MS, 't1', 't2'),
        call(10 * DAY_MS + 1, '/me', 't2', { status: 400, code: 190 }),
        refresh(10 * DAY_MS + MINUTE_MS, 't1', 't3'),
        refresh(55 * DAY_MS, 't3', 't4'),
      ],
      [['lost', 115]],
    ],
    [
      'whose new token was looked at and not kept was dropped',
      [
        mode('new_old_dead'),
        refresh(10 * DAY_MS, 't1', 't2'),
        call(10 * DAY_MS + 1, '/me', 't2', { status: 500, code: 2 }),
        refusedUse(11 * DAY_MS, 't1'),
      ],
      [['dropped', 10]],
    ],
    [
      'ended by its owner is not lost',
      [{ kind: 'invalidated', at: 5 * DAY_MS, account, subcode: 460 }],
      [['owner', 5]],
    ],
    [
      'that its owner brought back is alive again, and lost later',
      [
        { kind: 'invalidated', at: 5 * DAY_MS, account, subcode: 459 },
        { kind: 'restored', at: 7 * DAY_MS, account },
      ],
      [
        ['owner', 5],
        ['lost', 60],
      ],
    ],
  ])('%s', (_, entries, expected) => expect(death(entries)).toEqual(expected));
});

test('whoever never refreshes loses every grant', () => {
  const again = [1, 2, 3, 4, 5].map((n) => n * 61 * DAY_MS);
  const result = score(
    again.map((at, n) => exchange(at, `t${n + 2}`)),
    again.map((at, n) => granted(at, `t${n + 2}`)),
  );
  expect(result).toMatchObject({ lostWhileRefreshable: 6, refreshesPerYearAlive: 0 });
  expect(result.alive).toBeLessThan(1);
});

test('whoever asks at the first 5xx asks falsely, once for each time', () => {
  const { falseReconnectRequests } = score(
    [failed(DAY_MS, 't1', 2)],
    [
      seenAt(2 * DAY_MS, 'asked'),
      notice(2 * DAY_MS),
      notice(3 * DAY_MS),
      seenAt(4 * DAY_MS, 'works'),
      notice(5 * DAY_MS),
    ],
  );
  expect(falseReconnectRequests).toBe(2);
});

test('a request is not false once the grant is dead, or ends within minutes', () => {
  const dead: Entry = { kind: 'invalidated', at: DAY_MS, account, subcode: 460 };
  expect(score([dead], [seenAt(2 * DAY_MS, 'asked')]).falseReconnectRequests).toBe(0);
  expect(score([], [seenAt(LIFE_MS - MINUTE_MS, 'asked')]).falseReconnectRequests).toBe(0);
});

test('failed uses are the product’s, unless nobody could help them', () => {
  const down: Entry[] = [
    { kind: 'began', at: 0, what: 'workers_down' },
    { kind: 'ended', at: HOUR_MS, what: 'workers_down' },
  ];
  const dead: Entry = { kind: 'invalidated', at: 3 * DAY_MS, account, subcode: 460 };
  const { uses, avoidableFailedUses } = score(
    [...down, dead],
    [
      use(MINUTE_MS, 'blocked'),
      use(DAY_MS, 'ok'),
      use(1.1 * DAY_MS, 'provider'),
      use(1.2 * DAY_MS, 'refused'),
      use(3.1 * DAY_MS, 'refused'),
      use(3.2 * DAY_MS, 'refused'),
      notice(3.3 * DAY_MS),
      use(3.4 * DAY_MS, 'refused'),
      use(3.5 * DAY_MS, 'reconnect'),
    ],
  );
  expect(uses).toEqual({ ok: 1, provider: 2, first: 1, waiting: 2, lost: 0, silent: 1, alive: 1 });
  expect(avoidableFailedUses).toBe(2);
  expect(score([], [use(61 * DAY_MS, 'reconnect')]).uses.lost).toBe(1);
});

test('recovery takes from the first refusal until a use goes well or the owner is asked', () => {
  const dead: Entry = { kind: 'invalidated', at: 5 * DAY_MS, account, subcode: 460 };
  const { minutesToRecovery } = score(
    [refusedUse(DAY_MS, 't1'), refusedUse(DAY_MS + MINUTE_MS, 't1'), dead, refusedUse(6 * DAY_MS, 't1')],
    [use(DAY_MS + 10 * MINUTE_MS, 'ok'), notice(6 * DAY_MS + 4 * MINUTE_MS)],
  );
  expect(minutesToRecovery).toEqual({ p50: 10, p99: 10, incidents: 2 });
});

test('an incident is told once, twice or not at all', () => {
  const incident = (day: number): Entry[] => [
    { kind: 'invalidated', at: day * DAY_MS, account, subcode: 460 },
    refusedUse(day * DAY_MS + 1, `t${day}`),
  ];
  const result = score(
    [1, 11, 21].flatMap((day) => [...incident(day), exchange((day + 5) * DAY_MS, `t${day + 10}`)]),
    [
      ...[16, 26].map((day) => granted(day * DAY_MS, `t${day + 5}`)),
      granted(6 * DAY_MS, 't11'),
      notice(2 * DAY_MS),
      ...[12, 13].map((day) => notice(day * DAY_MS)),
    ],
    30 * DAY_MS,
  );
  expect(result).toMatchObject({ noticesPerIncident: 1, toldExactlyOnce: 0.3333 });
  expect(result.notices.nobodyTold).toBe(0.3333);
});

test('a refresh within a day of one that worked is a duplicate, unless its answer never came', () => {
  const twice = [refresh(10 * DAY_MS, 't1', 't2'), failed(10.5 * DAY_MS, 't2', 100)];
  expect(score(twice, []).duplicateRefreshes).toBe(1);
  const lost = [refresh(10 * DAY_MS, 't1', 't1', { delivered: false }), refresh(10.5 * DAY_MS, 't1', 't1')];
  expect(score(lost, []).duplicateRefreshes).toBe(0);
  expect(score(twice, []).peakRefreshesPerSecond).toBe(1);
  expect(score([...lost, failed(10.5 * DAY_MS + 900, 't1')], []).peakRefreshesPerSecond).toBe(2);
});

test('refreshes are counted per year in which something was alive', () => {
  expect(score([refresh(50 * DAY_MS, 't1', 't1')], [], 110 * DAY_MS)).toMatchObject({
    refreshesPerYearAlive: 3.32,
    alive: 1,
  });
});
