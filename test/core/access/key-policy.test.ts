import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { keyEnd, keyQuota } from '../../../core/access/key-policy';

const instant = fc.option(fc.integer({ min: 0 }), { nil: null });

test('no key outlives the one that makes it, and none is given another end than the one asked for', () => {
  fc.assert(
    fc.property(instant, instant, (wanted, makerEndsAt) => {
      const end = keyEnd(wanted, makerEndsAt);
      if ('problem' in end) return wanted !== null && makerEndsAt !== null && wanted > makerEndsAt;
      if ((end.expiresAt ?? Infinity) > (makerEndsAt ?? Infinity)) return false;
      return wanted === null ? end.expiresAt === makerEndsAt : end.expiresAt === wanted;
    }),
  );
});

test('later generations make fewer, down to none, as documented', () => {
  const quotas = [0, 1, 2, 3, 4, 5, 6].map(keyQuota);
  expect(quotas).toEqual([...quotas].sort((a, b) => b - a));
  expect(quotas.slice(-2)).toEqual([0, 0]);
  const [top, ...rest] = quotas;
  const page = readFileSync(path.join(__dirname, '../../../docs/api-keys.md'), 'utf8');
  expect(page).toContain(
    `${top!.toLocaleString('en')}, keys that these create ${rest[0]}, keys that those create ${rest[1]}, then ${rest[2]}, then ${rest[3]}; the fifth in a line creates none.`,
  );
});
