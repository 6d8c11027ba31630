import pino from 'pino';
import { ClocksDiffer } from '../../adapters/postgres/clock-check';
import { DAY_MS } from '../../core/time';
import { requireRightClock, watchClock } from '../../worker/clock-watch';
import { until } from '../support/until';

const logger = pino({ level: 'silent' });

test('a worker whose clock is wrong does not start', async () => {
  const clockCheck = () => Promise.reject(new ClocksDiffer(75 * DAY_MS));
  await expect(requireRightClock({ clockCheck })).rejects.toThrow('Set both by a time service');
});

test('a worker whose clock goes wrong ends, and a database that is away is no reason to', async () => {
  let asked = 0;
  let error: Error | null = null;
  let ended = 0;
  const clockCheck = async () => {
    asked += 1;
    if (error) throw error;
  };
  const stop = watchClock({ clockCheck, logger }, () => (ended += 1), 5);
  error = new Error('connection refused');
  await until(() => asked > 4);
  expect(ended).toBe(0);
  error = new ClocksDiffer(-DAY_MS);
  await until(() => ended > 0);
  expect(ended).toBe(1);
  stop();
});
