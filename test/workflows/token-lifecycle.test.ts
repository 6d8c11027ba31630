import { lifecycleWorkflowId } from '../../core/names';
import { type FakeLifecycles, startFakeLifecycles } from '../support/fake-lifecycles';
import { until } from '../support/until';

/** What the workflow alone decides: its activities are functions of these tests. */

let fake: FakeLifecycles;
beforeAll(async () => {
  fake = await startFakeLifecycles();
});
beforeEach(() => {
  fake.calls.length = 0;
  fake.on = {};
});
afterAll(() => fake.stop());

const report = (version: number) => ({ version, code: 190, subcode: null, source: 'test' });
const names = () => fake.calls.map(({ name }) => name);
const factsOf = async (id: string) => (await fake.lifecycles.status(id)).facts;
/** It has read its row, and sleeps. */
const sleeps = (id: string) => until(async () => (await fake.lifecycles.status(id)).nextAction === 'wait');

test('a lifecycle reads its row, and sleeps until the refresh is due', async () => {
  await fake.connect('int_sleeper');
  await sleeps('int_sleeper');
  const { nextActionAt } = await fake.lifecycles.status('int_sleeper');
  expect(Date.parse(nextActionAt ?? '')).toBe(fake.rows.get('int_sleeper')?.refreshAt);
  expect(names()).toEqual([]);
});

test('reports that come during a recovery start no second one, and all get its decision', async () => {
  await fake.connect('int_crowd');
  await sleeps('int_crowd');
  let decide = () => undefined as void;
  const held = new Promise<void>((resolve) => (decide = resolve));
  fake.on.recoverToken = async () => {
    await held;
    return { outcome: 'verified_ok' };
  };
  const handle = fake.client.workflow.getHandle(lifecycleWorkflowId('int_crowd'));
  const answer = fake.lifecycles.recover('int_crowd', report(1));
  await until(() => fake.calls.length === 1);
  await Promise.all(Array.from({ length: 20 }, () => handle.signal('tokenRejected', report(1))));
  decide();
  expect(await answer).toBe('verified_ok');
  await until(async () => (await fake.lifecycles.status('int_crowd')).messages.handled === 21);
  await sleeps('int_crowd');
  expect(names()).toEqual(['recoverToken']);
});

test('a report in the quiet time after a false alarm sets a timer for the end of it', async () => {
  await fake.connect('int_quiet');
  await sleeps('int_quiet');
  fake.on.recoverToken = () => ({ outcome: 'verified_ok' });
  const handle = fake.client.workflow.getHandle(lifecycleWorkflowId('int_quiet'));
  const timers = async () =>
    ((await handle.fetchHistory()).events ?? []).flatMap(
      ({ timerStartedEventAttributes: timer }) => Number(timer?.startToFireTimeout?.seconds ?? 0) || [],
    );
  await handle.signal('tokenRejected', report(1));
  await until(() => names().length === 1);
  await sleeps('int_quiet');
  expect((await timers()).some((seconds) => seconds <= 30)).toBe(false);
  await handle.signal('tokenRejected', report(1));
  await until(async () => (await timers()).some((seconds) => seconds <= 30));
  expect(names()).toEqual(['recoverToken']);
});

test('a row that changes during an activity is read before that activity ends', async () => {
  let end = () => undefined as void;
  const held = new Promise<void>((resolve) => (end = resolve));
  fake.on.refreshToken = async () => {
    await held;
    return { outcome: 'moved_on' };
  };
  await fake.connect('int_changed', { refreshAt: Date.now() - 1 });
  await until(() => names().includes('refreshToken'));
  const before = fake.loads();
  fake.rows.set('int_changed', { ...fake.rows.get('int_changed')!, paused: true });
  await fake.lifecycles.rowChanged('int_changed');
  await until(async () => (await factsOf('int_changed'))?.paused);
  expect(fake.loads()).toBe(before + 1);
  end();
  await sleeps('int_changed');
});

test('a new token version continues as a new run, which keeps what it knows', async () => {
  const handle = fake.client.workflow.getHandle(lifecycleWorkflowId('int_renewed'));
  const loads = fake.loads();
  const later = Date.now() + 1_000_000_000;
  fake.on.refreshToken = (facts) => ({
    changed: { version: facts.version + 1, refreshAt: later, issuedAt: Date.now() },
    outcome: 'refreshed',
  });
  await fake.connect('int_renewed', { refreshAt: Date.now() - 1 });
  await until(async () => (await factsOf('int_renewed'))?.version === 2);
  await sleeps('int_renewed');
  const { raw } = await handle.describe();
  expect(raw.workflowExecutionInfo?.firstRunId).not.toBe(raw.workflowExecutionInfo?.execution?.runId);
  expect(names()).toEqual(['refreshToken']);
  // The row was read once, by the first run.
  expect(fake.loads()).toBe(loads + 1);
});

test('an integration without a row ends its lifecycle', async () => {
  await fake.lifecycles.start('int_none');
  const handle = fake.client.workflow.getHandle(lifecycleWorkflowId('int_none'));
  await expect(handle.result()).resolves.toBeUndefined();
});
