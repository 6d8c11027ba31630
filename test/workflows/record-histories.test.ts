import { wakeLane } from '../../adapters/temporal/lanes';
import { TASK_QUEUE, WORKFLOW_TYPES, deliverEventWorkflowId, lifecycleWorkflowId } from '../../core/names';
import { DAY_MS, MINUTE_MS } from '../../core/time';
import { recordBulk } from '../support/histories/record-bulk';
import { recordHistory } from '../support/histories/record';
import {
  recordGivenUp,
  recordGivingWay,
  recordIncident,
  recordWaited,
} from '../support/histories/record-lifecycles';
import { recordSends } from '../support/histories/record-sends';
import { recordedFiles } from '../support/histories/recorded';
import { type Stack, grant, startStack } from '../support/stack';
import { until } from '../support/until';

/** `RECORD_HISTORIES=v2 npx jest record-histories` adds a set under that name, after a workflow was changed. */
const name = process.env.RECORD_HISTORIES;

let stack: Stack;
beforeAll(async () => {
  if (name) stack = await startStack();
});
afterAll(() => stack?.stop());

test('the folder of histories is there to be replayed', () => {
  expect(recordedFiles().length).toBeGreaterThan(0);
});

if (name) test('records a refreshed run, an outage, a recovery, an expiry with reconnect', record, 120_000);

if (name) test('records a lane that was refused, signalled again, and completed', recordLane, 120_000);

if (name) test('records a report that is kept through a quiet time, a recheck, a wait', recordKept, 120_000);

if (name)
  test('records a warning, a last refresh without an answer, an expiry, an audit', recordExpiry, 120_000);

if (name) test('records sends', () => recordSends(stack, name), 120_000);

if (name) test('records activities that gave up', () => recordGivenUp(stack, name), 120_000);

if (name) test('records an incident', () => recordIncident(name), 120_000);

if (name) test('records a refresh that gives way in the queue', () => recordGivingWay(stack, name), 120_000);

if (name) test('records bulk operations', () => recordBulk(stack, name), 120_000);

if (name) test('records a refresh whose result waited', () => recordWaited(name), 180_000);

async function recordKept(): Promise<void> {
  const { id, version } = await stack.connect('kept');
  const workflowId = lifecycleWorkflowId(id);
  await stack.travel.advance(3 * DAY_MS);
  const report = { version, code: 190, subcode: null, source: 'recording' };
  expect(await stack.lifecycles.recover(id, report)).toBe('verified_ok');
  await stack.lifecycles.tokenRejected(id, report);
  const rejections = async () => (await stack.events(id)).filter((type) => type === 'token.rejected').length;
  await until(async () => (await rejections()) === 2, { timeoutMs: MINUTE_MS });
  expect(await stack.lifecycles.recover(id, { version, source: 'recording', recheck: true })).toBe(
    'verified_ok',
  );
  expect(await stack.lifecycles.recover(id, { version, source: 'recording' })).toBe('verified_ok');
  await recordHistory(stack, `${name}-report-kept`, workflowId);
}

async function recordExpiry(): Promise<void> {
  const { id } = await stack.connect('lost');
  // Refreshed as late as can be, so that the history stays short.
  await stack.pool.query('update integrations set paused = true where id = $1', [id]);
  await stack.lifecycles.rowChanged(id);
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'lost' }, status: 503 });
  await stack.travel.advance(62 * DAY_MS);
  expect(await stack.events(id)).toEqual(expect.arrayContaining(['token.expiring', 'integration.expired']));
  await recordHistory(stack, `${name}-warned-and-expired`, lifecycleWorkflowId(id));
  const audit = { workflowId: 'fleet-audit', taskQueue: TASK_QUEUE, args: [] };
  await stack.client.workflow.execute(WORKFLOW_TYPES.fleetAudit, audit);
  await recordHistory(stack, `${name}-audit`, audit.workflowId);
}

async function recordLane(): Promise<void> {
  const waits = [5_000, 3_600_000, 0, null];
  await stack.stopWorkers();
  await stack.startWorkers({ deliverNext: async () => ({ waitMs: waits.shift() ?? null }) });
  const lane = 'whe_recorded/int_recorded';
  const workflowId = deliverEventWorkflowId(lane);
  await wakeLane(stack.client, lane);
  const started = () => stack.client.workflow.getHandle(workflowId).fetchHistory();
  const timers = async () =>
    ((await started()).events ?? []).filter((event) => event.timerStartedEventAttributes);
  await until(async () => (await timers()).length === 2, { timeoutMs: 20_000 });
  await wakeLane(stack.client, lane);
  await stack.client.workflow.getHandle(workflowId).result();
  await recordHistory(stack, `${name}-lane`, workflowId);
}

async function record(): Promise<void> {
  const { id, version } = await stack.connect('recorded');
  const workflowId = lifecycleWorkflowId(id);
  const first = (await stack.client.workflow.getHandle(workflowId).describe()).runId;
  await stack.travel.advance(50 * DAY_MS);
  await recordHistory(stack, `${name}-refreshed`, workflowId, first);

  stack.simulator.addFault({ match: { path: '/refresh_access_token' }, times: 4, status: 503 });
  const second = (await stack.client.workflow.getHandle(workflowId).describe()).runId;
  await stack.travel.advance(46 * DAY_MS);
  await recordHistory(stack, `${name}-outage`, workflowId, second);

  const third = (await stack.client.workflow.getHandle(workflowId).describe()).runId;
  await stack.travel.advance(3 * DAY_MS);
  const row = await stack.row(id);
  const report = { version: row.version, code: 190, subcode: null, source: 'recording' };
  expect(row.version).toBeGreaterThan(version);
  await stack.lifecycles.recover(id, report);
  await stack.lifecycles.ensureFresh(id, { version: row.version, withinMs: null });
  await until(async () => (await stack.row(id)).version > row.version);
  await recordHistory(stack, `${name}-false-alarm-then-asked`, workflowId, third);

  const fourth = (await stack.client.workflow.getHandle(workflowId).describe()).runId;
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('recorded', 460);
  await stack.lifecycles.tokenRejected(id, { ...report, version: (await stack.row(id)).version });
  await until(async () => (await stack.row(id)).state === 'expired');
  await stack.travel.advance(4 * DAY_MS);
  await grant(stack.deps, await stack.row(id), 'recorded', stack.simulator);
  await stack.lifecycles.rowChanged(id);
  await until(async () => (await stack.lifecycles.status(id)).facts?.state === 'active');
  await recordHistory(stack, `${name}-expired-reminded-reconnected`, workflowId, fourth);
  await recordHistory(stack, `${name}-sleeping`, workflowId);
}
