import { auditFleet } from '../../activities/fleet/audit';
import { type Payload, defaultPayloadConverter } from '@temporalio/common';
import { isAtItsLimit } from '../../client/lifecycle-client';
import { DAY_MS, MINUTE_MS } from '../../core/time';
import { lifecycleWorkflowId } from '../../core/names';
import { type Stack, grant, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
// Not in the same minute as others: many deaths at once are taken for trouble of Instagram's.
beforeEach(() => stack.travel.advance(MINUTE_MS));
afterAll(() => stack.stop());

const report = (version: number) => ({ version, code: 190, subcode: null, source: 'test' });
const historyLength = async (id: string) =>
  (await stack.client.workflow.getHandle(lifecycleWorkflowId(id)).describe()).historyLength;

/** Signals as fast as an outsider can. Some are refused while the run has had all it may get; that is their loss. */
async function flood(id: string, count: number, version: number): Promise<void> {
  const payload = defaultPayloadConverter.toPayload(report(version));
  const lanes = Array.from({ length: 50 }, async (_, lane) => {
    for (let n = lane; n < count; n += 50) await signal(id, payload).catch(unlessAtItsLimit);
  });
  await Promise.all(lanes);
}

test('12,000 signals from outside leave the history bounded, and a reconnect still arrives, also while expired', async () => {
  const { id, version } = await stack.connect('flooded');
  stack.simulator.invalidate('flooded', 458);
  expect(await stack.lifecycles.recover(id, report(version))).toBe('expired');
  // Most of them while no worker runs: a worker that keeps up with a flood begins its run again and again.
  await stack.stopWorkers();
  await flood(id, 9_000, version);
  await stack.startWorkers();
  await flood(id, 3_000, version);
  const again = await grant(stack.deps, await stack.row(id), 'flooded', stack.simulator);
  // Refused until the run has begun again by itself or, on a machine too slow for such a task, by the audit.
  await stack.pool.query(
    `update integrations set updated_at = updated_at - interval '5 minutes' where id = $1`,
    [id],
  );
  await until(
    async () => {
      await auditFleet(stack.deps);
      return (await stack.lifecycles.status(id)).facts?.version === again.version;
    },
    { timeoutMs: 180_000, everyMs: 500 },
  );
  await flood(id, 200, version);
  expect((await stack.lifecycles.status(id)).facts).toMatchObject({
    state: 'active',
    version: again.version,
  });
  expect(await historyLength(id)).toBeLessThan(10_000);
}, 300_000);

test('1,000 malformed signals are counted and dropped, and the lifecycle goes on unharmed', async () => {
  const { id, version } = await stack.connect('garbage');
  const payloads = [
    null,
    7,
    'text',
    [],
    {},
    { version: 'x', code: 190 },
    { version, code: 4 },
    { version: -1, code: 190 },
    { version: Infinity, code: 190 },
  ];
  const foreign = { metadata: { encoding: Buffer.from('binary/elsewhere') }, data: Buffer.from('?') };
  const handle = stack.client.workflow.getHandle(lifecycleWorkflowId(id));
  for (let n = 0; n < 500; n++) await handle.signal('tokenRejected', payloads[n % payloads.length]);
  for (let n = 0; n < 500; n++) await signal(id, foreign);
  await until(async () => (await stack.lifecycles.status(id)).messages.malformed === 1_000);
  expect(await stack.lifecycles.recover(id, report(version))).toBe('verified_ok');
  expect(await stack.events(id)).toEqual(['integration.connected', 'token.rejected', 'token.recovered']);
}, 120_000);

test('200 signals and updates sent while runs continue as new are all answered, none lost', async () => {
  const { id } = await stack.connect('busy');
  let { version } = await stack.row(id);
  let answered = 0;
  const answers: string[] = [];
  for (let round = 0; round < 4; round++) {
    // Every round a new version, so a run that continues as new, with messages on their way all the time.
    const again = grant(stack.deps, await stack.row(id), 'busy', stack.simulator);
    const sends = Array.from({ length: 40 }, async (_, n) => {
      if (n % 4 === 0) await stack.lifecycles.tokenRejected(id, report(version));
      else answers.push(await stack.lifecycles.recover(id, report(version)));
      answered += 1;
    });
    version = (await again).version;
    const tell = Array.from({ length: 10 }, async () => {
      await stack.lifecycles.rowChanged(id);
      answered += 1;
    });
    await Promise.all([...sends, ...tell]);
    await until(async () => (await stack.lifecycles.status(id)).facts?.version === version, {
      timeoutMs: 30_000,
    });
  }
  expect(answered).toBe(200);
  expect(answers.filter((answer) => !['stale_version', 'verified_ok', 'undecided'].includes(answer))).toEqual(
    [],
  );
  expect(await stack.row(id)).toMatchObject({ state: 'active' });
}, 120_000);

test('a lifecycle that was not started begins with the first message for it', async () => {
  const { id, version } = await stack.connect('unstarted', { start: false });
  expect(await stack.lifecycles.recover(id, report(version))).toBe('verified_ok');
});

test('a report that starts a missing lifecycle is acted on, not lost', async () => {
  const { id, version } = await stack.connect('first-heard', { start: false });
  stack.simulator.invalidate('first-heard', 458);
  await stack.lifecycles.tokenRejected(id, report(version));
  await until(async () => (await stack.row(id)).state === 'expired');
  expect((await stack.row(id)).lastError).toMatchObject({ code: '190', subcode: 458 });
});

test('a message about a version that the run has not heard of makes it read its row, and is answered', async () => {
  const { id, version } = await stack.connect('ahead');
  await until(async () => (await stack.lifecycles.status(id)).facts?.version === version);
  const again = await grant(stack.deps, await stack.row(id), 'ahead', stack.simulator);
  expect(await stack.lifecycles.recover(id, report(again.version))).toBe('verified_ok');
});

test('operators find lifecycles by state, and see handle, version, expiry and next action', async () => {
  const { id, version } = await stack.connect('visible');
  stack.simulator.invalidate('visible', 458);
  await stack.lifecycles.recover(id, report(version));
  const found = async () => {
    const ids: string[] = [];
    for await (const run of stack.client.workflow.list({
      query: 'EvergrantState="expired" and EvergrantAccount="visible"',
    }))
      ids.push(run.workflowId);
    return ids;
  };
  await until(async () => (await found()).includes(lifecycleWorkflowId(id)));
  const metadata = await stack.client.workflow
    .getHandle(lifecycleWorkflowId(id))
    .query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toMatch(/@visible.*expired \(deauthorized\)/);
  expect(metadata.currentDetails).toMatch(/token version: 1\n- expires: 20.*\n- next action: wait until 20/);
});

test('a paused connection is not refreshed by plan, yet saved three days before its end', async () => {
  const { id } = await stack.connect('paused');
  await stack.pool.query('update integrations set paused = true, revision = revision + 1 where id = $1', [
    id,
  ]);
  await stack.lifecycles.rowChanged(id);
  await until(async () => (await stack.lifecycles.status(id)).facts?.paused);
  await stack.travel.advance(56 * DAY_MS);
  expect(stack.refreshCalls('paused')).toBe(0);
  expect(await stack.events(id)).toContain('token.expiring');
  await stack.travel.advance(2 * DAY_MS);
  expect(stack.refreshCalls('paused')).toBe(1);
  const { rows } = await stack.pool.query(
    `select data from events where integration_id = $1 and type = 'token.refreshed'`,
    [id],
  );
  expect(rows[0].data).toMatchObject({ trigger: 'emergency' });
});

function unlessAtItsLimit(error: unknown): void {
  if (!isAtItsLimit(error)) throw error;
}

/** Sends `tokenRejected` with a payload as it is, without the client's own conversion. */
async function signal(id: string, payload: Payload): Promise<void> {
  await stack.client.workflowService.signalWorkflowExecution({
    namespace: stack.client.options.namespace,
    workflowExecution: { workflowId: lifecycleWorkflowId(id) },
    signalName: 'tokenRejected',
    input: { payloads: [payload] },
  });
}
