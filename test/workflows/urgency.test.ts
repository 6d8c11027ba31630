import { NativeConnection } from '@temporalio/worker';
import { INSTAGRAM_TASK_QUEUE, TASK_QUEUE, lifecycleWorkflowId } from '../../core/names';
import { DAY_MS, HOUR_MS } from '../../core/time';
import { startWorkerOf } from '../support/one-queue';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
let connection: NativeConnection;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  connection = await NativeConnection.connect({ address: stack.temporalAddress });
});
afterAll(async () => {
  await connection.close();
  await stack.stop();
});

const startWorker = (taskQueue: string) => startWorkerOf(stack, connection, taskQueue);

const scheduled = async (id: string) => {
  const history = await stack.client.workflow.getHandle(lifecycleWorkflowId(id)).fetchHistory();
  return (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: activity }) =>
    activity ? [activity] : [],
  );
};
const waits = async (id: string, activity: string) =>
  (await scheduled(id)).at(-1)?.activityType?.name === activity;

/** Leaves this much of its lifetime to a token. */
const leave = (id: string, ms: number) => {
  const now = stack.simulator.clock.now();
  return stack.pool.query('update integrations set expires_at = $2, refresh_at = $3 where id = $1', [
    id,
    new Date(now + ms),
    new Date(now - DAY_MS),
  ]);
};

test('a queue of overdue refreshes waits without failing, and is worked off by the time left', async () => {
  const left: Record<string, number> = {};
  for (let n = 0; n < 12; n++) left[`later.${n}`] = (5 + n) * DAY_MS;
  for (let n = 0; n < 4; n++) left[`soon.${n}`] = 2 * DAY_MS + n * HOUR_MS;
  for (let n = 0; n < 4; n++) left[`urgent.${n}`] = (3 + n) * HOUR_MS;
  const ids = new Map<string, string>();
  for (const name of Object.keys(left)) ids.set(name, (await stack.connect(name, { start: false })).id);
  stack.simulator.clock.advance(2 * DAY_MS);
  for (const [name, ms] of Object.entries(left)) await leave(ids.get(name)!, ms);

  const stopWorkflows = await startWorker(TASK_QUEUE);
  for (const id of ids.values()) {
    await stack.lifecycles.start(id);
    await until(() => waits(id, 'refreshToken'));
  }
  // A caller waits for one of those with much time left.
  const refused = ids.get('later.11')!;
  await stack.lifecycles.tokenRejected(refused, { version: 1, code: 190, subcode: null, source: 'test' });
  await until(() => waits(refused, 'recoverToken'));

  const since = stack.simulator.requests().length;
  const stopInstagram = await startWorker(INSTAGRAM_TASK_QUEUE);
  await until(async () => {
    for (const id of ids.values()) if ((await stack.row(id)).version < 2) return false;
    return true;
  });
  const names = new Map([...ids.keys()].map((name) => [stack.simulator.account(name).id, name]));
  const order = [
    ...new Set(
      stack.simulator
        .requests()
        .slice(since)
        .map(({ account }) => names.get(account ?? '')!),
    ),
  ];
  expect(order[0]).toBe('later.11');
  expect(order.slice(1, 5).every((name) => name.startsWith('urgent'))).toBe(true);
  expect(order.slice(5, 9).every((name) => name.startsWith('soon'))).toBe(true);
  for (const id of ids.values()) expect(await stack.row(id)).toMatchObject({ failedAttempts: 0, version: 2 });
  for (const activity of await scheduled(ids.get('later.0')!)) {
    const { scheduleToCloseTimeout, scheduleToStartTimeout, heartbeatTimeout } = activity;
    expect(Number(scheduleToCloseTimeout?.seconds ?? 0)).toBe(0);
    expect(Number(scheduleToStartTimeout?.seconds ?? 0)).toBe(0);
    expect(Number(heartbeatTimeout?.seconds)).toBe(8);
  }
  await stopInstagram();
  await stopWorkflows();
});
