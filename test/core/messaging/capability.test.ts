import fc from 'fast-check';
import {
  type CallArea,
  type MessagesCapability,
  TRY_AGAIN_MS,
  capabilityAfter,
  capabilityState,
  refusedInAdvance,
} from '../../../core/messaging/capability';
import { type CallProblem } from '../../../core/lifecycle/failure';

const PROBLEMS = ['permission_missing', 'app_access_missing', 'other_app'] as const;
const call = (problem: CallProblem | null, area: CallArea = 'read', grantNo = 1) => ({
  grantNo,
  area,
  problem,
});
const after = (...calls: ReturnType<typeof call>[]) =>
  calls.reduce<MessagesCapability | null>((known, one, n) => capabilityAfter(known, one, n), null);
const times = (count: number, one: ReturnType<typeof call>) => Array<typeof one>(count).fill(one);
const stateOf = (known: MessagesCapability | null) => capabilityState(known, 1);

test.each(PROBLEMS)('three refusals in a row are believed: %s', (problem) => {
  expect(stateOf(after(...times(2, call(problem))))).toBe('unknown');
  expect(stateOf(after(call(null), ...times(2, call(problem))))).toBe('ok');
  expect(stateOf(after(...times(3, call(problem))))).toBe(problem);
  expect(stateOf(after(...times(2, call(problem)), call(null), call(problem)))).toBe('ok');
});

test('one success clears it, of the calls that were refused', () => {
  const refused = times(3, call('other_app', 'send'));
  expect(stateOf(after(...refused, call(null, 'read')))).toBe('other_app');
  expect(stateOf(after(...refused, call(null, 'send')))).toBe('ok');
});

test('what is refused for what it asks says nothing about the account', () => {
  for (const problem of ['window_closed', 'recipient_unavailable', 'not_found', 'rejected'] as const)
    expect(after(...times(5, call(problem)))).toBeNull();
});

test('a new grant begins anew', () => {
  const known = after(...times(3, call('permission_missing')));
  expect(capabilityState(known, 2)).toBe('unknown');
  expect(refusedInAdvance(known, call(null, 'read', 2), 0)).toBeNull();
  expect(capabilityAfter(known, call(null, 'read', 2), 9)).toMatchObject({ grantNo: 2, state: 'ok' });
});

test('calls in vain are not made, but for one in a while; conversations of another app are always tried', () => {
  const known = after(...times(3, call('permission_missing')));
  const tryAt = known!.refusal!.nextTryAt;
  expect(tryAt).toBe(2 + TRY_AGAIN_MS);
  expect(refusedInAdvance(known, call(null), tryAt - 1)).toBe('permission_missing');
  expect(refusedInAdvance(known, call(null), tryAt)).toBeNull();
  expect(refusedInAdvance(known, call(null, 'send'), 0)).toBeNull();
  expect(refusedInAdvance(after(...times(9, call('other_app'))), call(null), 0)).toBeNull();
});

test('whatever happens, a refused state was refused three times in a row, and nothing new is the same object', () => {
  const one = fc.record({
    grantNo: fc.constantFrom(1, 2),
    area: fc.constantFrom('read', 'send'),
    problem: fc.constantFrom(null, ...PROBLEMS, 'window_closed' as const),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (calls) => {
      let known: MessagesCapability | null = null;
      for (const [n, made] of calls.entries()) {
        const next: MessagesCapability | null = capabilityAfter(known, made, n);
        if (next !== known) expect(JSON.stringify(next)).not.toBe(JSON.stringify(known));
        const became = next && next.state !== known?.state ? next.state : null;
        if (became && became !== 'ok' && became !== 'unknown')
          expect(
            calls
              .slice(0, n + 1)
              .filter(({ grantNo, area }) => grantNo === made.grantNo && area === made.area)
              .filter(({ problem }) => problem !== 'window_closed')
              .slice(-3)
              .map(({ problem }) => problem),
          ).toEqual([became, became, became]);
        known = next;
      }
    }),
  );
});
