import { MockActivityEnvironment } from '@temporalio/testing';
import { advanceBulkOperation } from '../../../../activities/fleet/bulk-operation';
import { cancelOperation } from '../../../../adapters/postgres/fleet/bulk-operations';
import { withTransaction } from '../../../../adapters/postgres/pool';
import { claimItem } from '../../../../adapters/postgres/fleet/bulk-items';
import { type Integration } from '../../../../adapters/postgres/integrations/integration-row';
import { bulkOperationWorkflowId } from '../../../../core/names';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../core/time';
import { handOverOperations } from '../../../../services/bulk-operations';
import { type TestApi, useApi } from '../../../support/api';
import { type Stack } from '../../../support/stack';
import { until } from '../../../support/until';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));

const rows: Integration[] = [];
const NAMES = ['ada', 'bob', 'cleo', 'dan', 'eve'];
let pendingId: string;
beforeAll(async () => {
  for (const name of NAMES) rows.push(await stack.connect(name));
  await api.patch(`/v1/integrations/${rows[4]!.id}`, { ownerRef: 'owner-2' });
  ({
    body: {
      integration: { id: pendingId },
    },
  } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'owner-3' }));
  await stack.travel.advance(2 * DAY_MS);
});

const PATH = '/v1/bulk-operations';
async function started(wanted: object) {
  const { status, body } = await api.post(PATH, wanted);
  expect([status, body.detail]).toEqual([202, undefined]);
  return body as { id: string; state: string; total: number; outcomes: Record<string, number> };
}
async function ended(id: string) {
  return until(async () => {
    const { body } = await api.get(`${PATH}/${id}`);
    return (body.state === 'finished' || body.state === 'canceled') && body;
  });
}
const callsTo = (end: string) => stack.simulator.requests().filter(({ path }) => path.endsWith(end)).length;
const probes = () => callsTo('/me');
const refreshes = () => callsTo('/refresh_access_token');
const eventsOf = async (type: string) =>
  (await Promise.all(rows.map(async ({ id }) => (await stack.events(id)).filter((one) => one === type)))).map(
    ({ length }) => length,
  );
const cursorOf = (path: string, outcome: string) => api.get(`${path}/items?outcome=${outcome}`);

test('a check of all connections checks each connected one once', async () => {
  const before = probes();
  const { id, total } = await started({ action: 'recheck', filter: { all: true } });
  expect(total).toBe(NAMES.length);
  expect(await ended(id)).toMatchObject({
    ...{ state: 'finished', done: NAMES.length, outcomes: { verified_ok: NAMES.length } },
    endedAt: expect.any(String) as string,
  });
  expect(probes() - before).toBe(NAMES.length);
  expect(await eventsOf('integration.checked')).toEqual(NAMES.map(() => 1));
  const { body } = await cursorOf(`${PATH}/${id}`, 'verified_ok');
  expect(body.data.map(({ username }: { username: string }) => username).sort()).toEqual(NAMES);
});

test.each([
  [{ ownerRef: 'owner-2' }, ['eve']],
  [{ ids: [], state: 'active' }, null],
  [{ state: 'active', ownerRef: 'owner-1' }, ['ada', 'bob', 'cleo', 'dan']],
  [{ expiringWithinDays: 50 }, []],
  [{ reason: 'password_changed' }, []],
] as const)('%j chooses %j', async (filter, names) => {
  const { status, body } = await api.post(PATH, { action: 'pause', filter });
  if (names === null) return expect([status, body.errors[0].field]).toEqual([400, 'filter.ids']);
  expect(body.total).toBe(names.length);
  await ended(body.id);
  const { body: page } = await cursorOf(`${PATH}/${body.id}`, 'done');
  expect(page.data.map(({ username }: { username: string }) => username).sort()).toEqual(names);
  const resumed = await started({ action: 'resume', filter: { all: true } });
  expect(resumed.total).toBe(NAMES.length + 1);
  await ended(resumed.id);
});

test('what is paused by an operation is paused, with the caller as its actor', async () => {
  await ended((await started({ action: 'pause', filter: { ids: [rows[0]!.id, pendingId] } })).id);
  expect((await stack.row(rows[0]!.id)).paused).toBe(true);
  expect((await stack.row(pendingId)).paused).toBe(true);
  const { body } = await api.get(`/v1/audit-log?action=integration.pause&integrationId=${rows[0]!.id}`);
  expect(body.data[0].actor).toMatchObject({ kind: 'api_key', id: 'bootstrap' });
  await ended((await started({ action: 'resume', filter: { all: true } })).id);
  expect((await stack.row(rows[0]!.id)).paused).toBe(false);
});

test('a dry run counts, and changes nothing', async () => {
  const wanted = { action: 'disconnect', filter: { all: true }, limit: 1 };
  expect(await api.post(PATH, { ...wanted, dryRun: true })).toMatchObject({
    status: 200,
    body: { total: 6 },
  });
  const { body } = await api.get(`${PATH}?limit=1`);
  expect(body.data[0].action).not.toBe('disconnect');
});

test('more connections than the limit are refused, with their number', async () => {
  const wanted = { action: 'disconnect', filter: { all: true }, limit: 5 };
  const { status, body } = await api.post(PATH, wanted);
  expect([status, body.errors[0].field, body.errors[0].message]).toEqual([
    ...[400, 'limit'],
    'is 5, but 6 connections match; raise it to include them all',
  ]);
});

test.each([
  ['no condition', { filter: {} }, 'filter'],
  ['all with a condition', { filter: { all: true, state: 'active' } }, 'filter'],
  ['an unknown condition', { filter: { owner: 'x' } }, 'filter.owner'],
  ['an unknown action', { action: 'delete' }, 'action'],
  ['too long a time', { spreadSeconds: 8 * 86_400 }, 'spreadSeconds'],
  ['no limit at all', { limit: 100_001 }, 'limit'],
])('%s is refused, and the field is named', async (_, wrong, field) => {
  const answer = await api.post(PATH, { action: 'recheck', filter: { all: true }, ...wrong });
  expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
});

test('a refresh of all refreshes what is old enough', async () => {
  const young = await stack.connect('young');
  const { id } = await started({ action: 'refresh', filter: { all: true } });
  expect((await ended(id)).outcomes).toEqual({ refreshed: NAMES.length, not_due: 1 });
  expect(NAMES.map((name) => stack.refreshCalls(name))).toEqual(NAMES.map(() => 1));
  await api.delete(`/v1/integrations/${young.id}`);
});

test('a spread operation can be paused, resumed and canceled', async () => {
  const wanted = { action: 'recheck', filter: { all: true }, spreadSeconds: 5 * 3_600 };
  const { id } = await started(wanted);
  const done = async () => (await api.get(`${PATH}/${id}`)).body.done as number;
  await until(async () => (await done()) === 1);
  await stack.travel.advance(HOUR_MS + MINUTE_MS);
  expect(await done()).toBe(2);

  expect((await api.post(`${PATH}/${id}/pause`)).body.state).toBe('paused');
  expect((await api.post(`${PATH}/${id}/pause`)).body.state).toBe('paused');
  await stack.travel.advance(10 * HOUR_MS);
  expect(await done()).toBe(2);
  // What was left is due as long after the pause as it was before it.
  expect((await api.post(`${PATH}/${id}/resume`)).body.state).toBe('running');
  await stack.travel.advance(HOUR_MS);
  expect(await done()).toBe(3);

  expect((await api.post(`${PATH}/${id}/cancel`)).body.state).toBe('canceled');
  expect(await ended(id)).toMatchObject({ done: 5, outcomes: { verified_ok: 3, canceled: 2 } });
  expect((await api.post(`${PATH}/${id}/resume`)).body.state).toBe('canceled');

  const { body } = await api.get('/v1/audit-log?limit=200');
  const entries = body.data.filter(({ target }: { target: string }) => target === id).reverse();
  expect(entries.map(({ action }: { action: string }) => action)).toEqual([
    ...['bulk_operation.create', 'bulk_operation.pause', 'bulk_operation.resume', 'bulk_operation.cancel'],
  ]);
  expect(entries[0].changes).toEqual({ action: 'recheck', total: 5 });
});

test('canceling its workflow in Temporal cancels the operation', async () => {
  const { id } = await started({ action: 'pause', filter: { all: true }, spreadSeconds: 86_400 });
  const workflow = stack.client.workflow.getHandle(bulkOperationWorkflowId(id));
  await until(async () => (await api.get(`${PATH}/${id}`)).body.done > 0);
  await workflow.cancel();
  expect((await ended(id)).state).toBe('canceled');
  await expect(workflow.result()).rejects.toThrow('cancelled');
  await ended((await started({ action: 'resume', filter: { all: true } })).id);
});

test('one whose workflow could not be notified is handed over by a worker', async () => {
  await stack.stopWorkers();
  const { id } = await started({ action: 'recheck', filter: { ownerRef: 'owner-2' } });
  await stack.client.workflow.getHandle(bulkOperationWorkflowId(id)).terminate('test');
  await stack.pool.query('update bulk_operations set handed_over_at = null where id = $1', [id]);
  await stack.startWorkers();
  await handOverOperations({ ...stack.deps, temporal: stack.client });
  expect(await ended(id)).toMatchObject({ outcomes: { verified_ok: 1 } });
});

test('a paused one whose cancellation its workflow did not hear of is ended by a worker', async () => {
  const { id } = await started({ action: 'recheck', filter: { all: true }, spreadSeconds: 86_400 });
  await api.post(`${PATH}/${id}/pause`);
  const workflow = stack.client.workflow.getHandle(bulkOperationWorkflowId(id));
  await withTransaction(stack.pool, (db) => cancelOperation(db, id, stack.deps.clock.now()));
  expect((await workflow.describe()).status.name).toBe('RUNNING');
  await handOverOperations({ ...stack.deps, temporal: stack.client });
  expect(await workflow.result()).toMatchObject({ state: 'canceled', total: NAMES.length });
  expect((await ended(id)).done).toBe(NAMES.length);
});

test('connections that a killed worker had begun with are done, and checked once', async () => {
  // Checks within a second of each other are one.
  await stack.travel.advance(MINUTE_MS);
  await stack.stopWorkers();
  const before = probes();
  const { id } = await started({ action: 'recheck', filter: { ownerRef: 'owner-1' } });
  await stack.client.workflow.getHandle(bulkOperationWorkflowId(id)).terminate('test');
  const begun = await claimItem(stack.pool, id, stack.deps.clock.now());
  await claimItem(stack.pool, id, stack.deps.clock.now());
  await stack.startWorkers();
  // Its worker had the answer, and died before it was recorded.
  const { version } = await stack.row(begun!.integrationId);
  const report = { version, source: 'recheck/killed', recheck: true };
  await stack.lifecycles.recover(begun!.integrationId, report, begun!.begunAt);
  await stack.pool.query('update bulk_operations set handed_over_at = null where id = $1', [id]);
  await handOverOperations({ ...stack.deps, temporal: stack.client });
  expect(await ended(id)).toMatchObject({ done: 4, outcomes: { verified_ok: 4 } });
  expect(probes() - before).toBe(4);
});

test('a refresh that a killed worker had made is noted, and not made again', async () => {
  await stack.travel.advance(2 * DAY_MS);
  await stack.stopWorkers();
  const { id } = await started({ action: 'refresh', filter: { ownerRef: 'owner-1' } });
  await stack.client.workflow.getHandle(bulkOperationWorkflowId(id)).terminate('test');
  const begun = await claimItem(stack.pool, id, stack.deps.clock.now());
  await stack.startWorkers();
  const { version } = await stack.row(begun!.integrationId);
  await stack.lifecycles.ensureFresh(begun!.integrationId, { version, withinMs: null });
  const before = refreshes();
  await stack.pool.query('update bulk_operations set handed_over_at = null where id = $1', [id]);
  await handOverOperations({ ...stack.deps, temporal: stack.client });
  expect(await ended(id)).toMatchObject({ done: 4, outcomes: { refreshed: 4 } });
  expect(refreshes() - before).toBe(3);
});

test('a connection that fails by an error of ours is tried again, then reported as failed', async () => {
  await stack.stopWorkers();
  const { id } = await started({ action: 'recheck', filter: { all: true } });
  const broken = {
    ...stack.deps,
    lifecycles: {
      ...stack.deps.lifecycles,
      recover: (integrationId: string) => {
        if (integrationId === rows[0]!.id) throw new Error('no such thing');
        return Promise.resolve('verified_ok' as const);
      },
    },
  };
  const advance = () =>
    new MockActivityEnvironment().run(() => advanceBulkOperation(broken, { operationId: id }));
  expect(await advance()).toMatchObject({ state: 'running', outcomes: { verified_ok: 4 } });
  for (let tries = 2; tries <= 5; tries++) {
    stack.simulator.clock.advance(5 * MINUTE_MS);
    await advance();
  }
  const { body } = await cursorOf(`${PATH}/${id}`, 'failed');
  expect(body.data).toMatchObject([{ integrationId: rows[0]!.id, error: 'no such thing' }]);
  await stack.startWorkers();
  expect(await ended(id)).toMatchObject({ state: 'finished', outcomes: { failed: 1, verified_ok: 4 } });
});

test('a key limited to owners chooses and sees only theirs', async () => {
  const { body: made } = await api.post('/v1/api-keys', {
    ...{ name: 'limited', scopes: ['read', 'operate'], ownerRefs: ['owner-2'] },
  });
  const limited = api.as(made.key);
  const { body } = await limited.post(PATH, { action: 'recheck', filter: { all: true } });
  expect(body.total).toBe(1);
  const others = await started({ action: 'recheck', filter: { all: true } });
  expect((await limited.get(`${PATH}/${others.id}`)).status).toBe(404);
  expect((await limited.post(`${PATH}/${others.id}/cancel`)).status).toBe(404);
  expect((await limited.get(PATH)).body.data.map(({ id }: { id: string }) => id)).toEqual([body.id]);
  expect((await limited.post(PATH, { action: 'recheck', filter: { ownerRef: 'owner-1' } })).body.total).toBe(
    0,
  );
  await ended(others.id);
});

test('a connection that was disconnected meanwhile is skipped', async () => {
  const { id } = await started({ action: 'refresh', filter: { ids: [rows[3]!.id] }, spreadSeconds: 0 });
  await ended(id);
  await stack.stopWorkers();
  const { id: late } = await started({ action: 'recheck', filter: { ids: [rows[3]!.id] } });
  await api.delete(`/v1/integrations/${rows[3]!.id}`);
  await stack.startWorkers();
  expect((await ended(late)).outcomes).toEqual({ not_applicable: 1 });
});
