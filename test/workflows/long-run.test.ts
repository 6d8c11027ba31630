import { lifecycleWorkflowId } from '../../core/names';
import { DAY_MS, HOUR_MS } from '../../core/time';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => stack.simulator.clearFaults());

const eight = (refreshes: number) => refreshes >= 7 && refreshes <= 9;

test('a year passes with 8 refreshes, also for a connection made after an earlier journey', async () => {
  const first = await stack.connect('early');
  await stack.travel.advance(30 * DAY_MS);
  const second = await stack.connect('late');
  await stack.travel.advance(365 * DAY_MS);
  for (const [username, { id }] of [
    ['early', first],
    ['late', second],
  ] as const) {
    expect(eight(stack.refreshCalls(username))).toBe(true);
    expect(await stack.row(id)).toMatchObject({ state: 'active', failedAttempts: 0 });
    expect(await stack.events(id)).not.toContain('integration.expired');
  }
}, 120_000);

test('with every refresh answering 503 until day 59 the connection is saved on its last day, and its owner was warned', async () => {
  const { id } = await stack.connect('outage');
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'outage' }, status: 503 });
  await stack.travel.advance(59 * DAY_MS);
  expect(await stack.row(id)).toMatchObject({ state: 'refreshing', version: 1 });
  stack.simulator.clearFaults();
  await stack.travel.advance(1 * DAY_MS);
  expect(await stack.row(id)).toMatchObject({ state: 'active', version: 2, failedAttempts: 0 });
  expect(await stack.events(id)).toEqual([
    'integration.connected',
    'token.refresh_failing',
    'token.expiring',
    'token.refreshed',
  ]);
}, 120_000);

test('when Instagram stops answering, nothing expires before its time, and one event reports it', async () => {
  const { id, expiresAt } = await stack.connect('gone');
  stack.simulator.addFault({ match: { account: 'gone' }, status: 500 });
  await stack.travel.advance((expiresAt ?? 0) - stack.simulator.clock.now() + 12 * HOUR_MS);
  expect((await stack.row(id)).state).toBe('recovering');
  await stack.travel.advance(DAY_MS);
  expect(await stack.row(id)).toMatchObject({ state: 'expired', reason: 'lifetime_elapsed' });
  await stack.travel.advance(40 * DAY_MS);
  const events = await stack.events(id);
  expect(events.filter((type) => type === 'integration.expired')).toHaveLength(1);
  expect(events.filter((type) => type === 'integration.reminder')).toHaveLength(5);
}, 120_000);

test('a sleeping run has a handful of events, and a connection reads as its list of runs', async () => {
  const { id } = await stack.connect('short');
  await stack.travel.advance(100 * DAY_MS);
  const runs = [];
  for await (const run of stack.client.workflow.list({ query: `WorkflowId = '${lifecycleWorkflowId(id)}'` }))
    runs.push(run);
  expect(runs.filter(({ status }) => status.name === 'CONTINUED_AS_NEW')).toHaveLength(2);
  const running = await stack.client.workflow.getHandle(lifecycleWorkflowId(id)).describe();
  expect(running.historyLength).toBeLessThan(12);

  // A summary given at the start is lost when a run continues as new: these are with every run.
  expect(running.memo).toEqual({ connection: '@short · owner-1' });
  const handle = stack.client.workflow.getHandle(lifecycleWorkflowId(id));
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toMatch(/^\*\*@short · owner-1\*\* active/);
  const { events } = await stack.client.workflow
    .getHandle(lifecycleWorkflowId(id), runs.at(-1)!.runId)
    .fetchHistory();
  const summaries = (events ?? []).flatMap(({ userMetadata }) =>
    userMetadata?.summary?.data
      ? [JSON.parse(Buffer.from(userMetadata.summary.data).toString()) as string]
      : [],
  );
  expect(summaries).toEqual([
    'read the row',
    expect.stringMatching(/^refresh on \d{1,2} [A-Z][a-z]{2}$/),
    expect.stringMatching(/^refresh, 1[45] days left$/),
  ]);
});
