import {
  ClocksDiffer,
  MAX_CLOCK_DIFFERENCE_MS,
  createClockCheck,
} from '../../../adapters/postgres/clock-check';
import { type Db } from '../../../adapters/postgres/pool';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';

const NOW = Date.UTC(2026, 0, 1);

function clocks() {
  let asked = 0;
  const machine = { wall: NOW, elapsed: 0, database: NOW };
  const db = {
    query: () => {
      asked += 1;
      return Promise.resolve({ rows: [{ now: new Date(machine.database) }] });
    },
  } as unknown as Db;
  const check = createClockCheck(db, { now: () => machine.wall, elapsed: () => machine.elapsed });
  return {
    machine,
    check,
    asked: () => asked,
    pass: (ms: number) => {
      machine.wall += ms;
      machine.elapsed += ms;
      machine.database += ms;
    },
  };
}

test('two clocks that agree are compared every ten minutes', async () => {
  const { check, asked, pass } = clocks();
  await check();
  pass(9 * MINUTE_MS);
  await check();
  expect(asked()).toBe(1);
  pass(1 * MINUTE_MS);
  await check();
  expect(asked()).toBe(2);
});

test.each([
  ['ahead of', 75 * DAY_MS],
  ['ahead of', MAX_CLOCK_DIFFERENCE_MS],
  ['behind', -2 * HOUR_MS],
])('a clock that is %s the database by %d ms is refused, until it is set', async (word, ms) => {
  const { check, machine } = clocks();
  machine.wall += ms;
  await expect(check()).rejects.toThrow(ClocksDiffer);
  await expect(check()).rejects.toThrow(`minutes ${word} the database's`);
  machine.wall -= ms;
  await expect(check()).resolves.toBeUndefined();
});

test('a clock that is set between two comparisons is noticed at once', async () => {
  const { check, machine, pass } = clocks();
  await check();
  pass(1 * MINUTE_MS);
  machine.wall += 75 * DAY_MS;
  await expect(check()).rejects.toThrow(ClocksDiffer);
});

test('a machine that was suspended goes on when its clock is right again', async () => {
  const { check, machine, asked } = clocks();
  await check();
  machine.wall += 30 * DAY_MS;
  machine.database += 30 * DAY_MS;
  await check();
  expect(asked()).toBe(2);
});

test('a difference of a few minutes is no reason to stop', async () => {
  const { check, machine } = clocks();
  machine.wall += MAX_CLOCK_DIFFERENCE_MS - 1;
  await check();
});
