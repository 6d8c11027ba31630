import { type Context } from '@temporalio/activity';
import { heartbeats } from '../../worker/heartbeats';
import { until } from '../support/until';

function activity(heartbeatTimeoutMs: number | undefined, heartbeatDetails?: unknown) {
  const heartbeat = jest.fn();
  const context = { info: { heartbeatTimeoutMs, heartbeatDetails }, heartbeat } as unknown as Context;
  let end = () => {};
  const work = new Promise<void>((resolve) => (end = resolve));
  const run = heartbeats(1)(context).inbound!.execute!({ args: [], headers: {} }, () => work);
  return { heartbeat, run, end: () => end() };
}

test('heartbeats are sent for as long as an activity runs, and no longer', async () => {
  const { heartbeat, run, end } = activity(8_000);
  await until(() => heartbeat.mock.calls.length >= 3);
  end();
  await run;
  const sent = heartbeat.mock.calls.length;
  const other = activity(8_000);
  await until(() => other.heartbeat.mock.calls.length >= 10);
  expect(heartbeat).toHaveBeenCalledTimes(sent);
  other.end();
  await other.run;
});

test('what an earlier attempt left in its heartbeat stays there: a count of refusals is not lost', async () => {
  const { heartbeat, run, end } = activity(8_000, 2);
  await until(() => heartbeat.mock.calls.length >= 2);
  expect(heartbeat.mock.calls).toEqual(heartbeat.mock.calls.map(() => [2]));
  end();
  await run;
});

test('an activity without a heartbeat timeout sends none', async () => {
  const { heartbeat, run, end } = activity(undefined);
  const other = activity(8_000);
  await until(() => other.heartbeat.mock.calls.length >= 10);
  expect(heartbeat).not.toHaveBeenCalled();
  for (const stop of [end, other.end]) stop();
  await Promise.all([run, other.run]);
});
