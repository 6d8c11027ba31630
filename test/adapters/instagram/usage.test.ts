import fc from 'fast-check';
import { usageOf } from '../../../adapters/instagram/usage';
import { MINUTE_MS } from '../../../core/time';

test('both spellings of the app header give its highest figure', () => {
  const of = (header: object) => usageOf({ 'x-app-usage': JSON.stringify(header) }).app?.percent;
  expect(of({ call_count: 28, total_time: 25, total_cputime: 25 })).toBe(28);
  expect(of({ call_volume: 0, cpu_time: 91 })).toBe(91);
});

test('the business header is read by account, its time in minutes', () => {
  const header = {
    '17841': [{ type: 'instagram', call_count: 97, total_time: 4, estimated_time_to_regain_access: 0 }],
    '99': [
      { type: 'messenger', call_count: 12 },
      { type: 'pages', total_cputime: 100, estimated_time_to_regain_access: 19 },
    ],
  };
  const { accounts } = usageOf({ 'x-business-use-case-usage': JSON.stringify(header) });
  expect(accounts.get('17841')).toEqual({ percent: 97, regainMs: 0 });
  expect(accounts.get('99')).toEqual({ percent: 100, regainMs: 19 * MINUTE_MS });
});

test('whatever the headers hold, they are read without a throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.json(), (junk, json) => {
      for (const header of [junk, json, `${json}}`]) {
        const { app, accounts } = usageOf({ 'x-app-usage': header, 'x-business-use-case-usage': header });
        for (const usage of [app, ...accounts.values()]) if (usage && !(usage.percent >= 0)) return false;
      }
      return true;
    }),
  );
});
