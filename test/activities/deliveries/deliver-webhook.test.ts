import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { type AuditResult, auditFleet } from '../../../activities/fleet/audit';
import { purge } from '../../../adapters/postgres/fleet/retention';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type TestApi, useApi } from '../../support/api';
import { type Consumer, startConsumer } from '../../support/consumer';
import { type Stack } from '../../support/stack';
import { until } from '../../support/until';

let stack: Stack;
let api: TestApi;
let consumer: Consumer;
useApi((started) => ({ stack, api } = started));
beforeEach(async () => {
  consumer = await startConsumer();
});
afterEach(async () => {
  await stack.pool.query('delete from webhook_endpoints');
  await consumer.stop();
});

const listen = async (events: string[] = ['*']) =>
  (await api.post('/v1/webhook-endpoints', { url: consumer.url, events })).body as {
    id: string;
    secret: string;
  };
const deliveries = async (query = '') => (await api.get(`/v1/deliveries${query}`)).body.data;
const endpoint = async (id: string) =>
  (await api.get('/v1/webhook-endpoints')).body.data.find((one: { id: string }) => one.id === id);

test('an event is posted at once, signed and as a CloudEvent that the SDK takes', async () => {
  const { id: endpointId, secret } = await listen();
  const { id } = await stack.connect('told');
  await until(() => consumer.received.length === 1);
  const [{ headers, body, event } = consumer.received[0]!] = consumer.received;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(event);
  expect(HTTP.isEvent({ headers, body })).toBe(true);
  const cloud = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
  expect(cloud.validate()).toBe(true);
  expect([cloud.type, cloud.subject]).toEqual(['integration.connected', id]);
  expect(event.data).toEqual({
    integrationId: id,
    externalId: null,
    ownerRef: 'owner-1',
    account: { id: expect.any(String), username: 'told' },
    state: 'active',
    reason: null,
    tokenVersion: 1,
    expiresAt: expect.any(String),
    reconnectUrl: null,
  });
  await until(async () => (await deliveries())[0]?.status === 'delivered');
  expect(await deliveries(`?endpointId=${endpointId}`)).toEqual([
    {
      id: expect.stringMatching(/^dlv_/),
      kind: 'webhook',
      endpointId,
      audience: null,
      integrationId: id,
      eventId: event.id,
      type: 'integration.connected',
      status: 'delivered',
      attempts: 1,
      lastStatus: 204,
      lastDurationMs: expect.any(Number),
      lastError: null,
      nextAttemptAt: null,
      createdAt: expect.any(String),
      endedAt: expect.any(String),
    },
  ]);
});

const ids = () => consumer.taken().map(({ id }) => id);
/** Every event of an integration, in its order. */
const eventsOf = async (id: string) => {
  const { rows } = await stack.pool.query<{ id: string }>(
    'select id from events where integration_id = $1 order by seq',
    [id],
  );
  return rows.map((row) => row.id);
};
const takenOf = (id: string) =>
  consumer
    .taken()
    .filter(({ event }) => event.subject === id)
    .map((one) => one.id);

/** Three of each, one integration after the other, by the sandbox's clock. */
async function messagesFor(integrationIds: string[], name: string): Promise<void> {
  await stack.pool.query(
    `insert into events (id, type, at, integration_id, data)
     select format('evt_%s_%s_%s', $3::text, n, i), 'message.received', $2, i, '{"tokenVersion": 1}'
     from unnest($1::text[]) i, generate_series(1, 3) n order by n`,
    [integrationIds, new Date(stack.simulator.clock.now()), name],
  );
}

test('a consumer that is down for three days gets everything once it is back, in order, and nothing else suffers', async () => {
  const [one, two] = [await stack.connect('patient_one'), await stack.connect('patient_two')];
  await stack.travel.advance(44 * DAY_MS);
  const known = (await eventsOf(one.id)).length;
  const { id: endpointId } = await listen();
  consumer.answer = () => ({ status: 500 });
  const both = [one.id, two.id];
  await messagesFor(both, 'early');
  await stack.travel.advance(3 * DAY_MS);
  // Both refreshed meanwhile, as planned.
  for (const { id, version } of [one, two])
    expect(await stack.row(id)).toMatchObject({ state: 'active', version: version + 1, failedAttempts: 0 });
  await messagesFor(both, 'late');
  await stack.travel.advance(MINUTE_MS);
  expect(consumer.taken()).toEqual([]);
  for (const { id } of [one, two]) {
    const tried = consumer.received.filter(({ event }) => event.subject === id);
    expect(tried.length).toBeGreaterThanOrEqual(8);
    // What waits behind the first of its lane is not even tried.
    expect(new Set(tried.map((received) => received.id)).size).toBe(1);
  }

  consumer.answer = () => ({ status: 200 });
  await stack.travel.advance(DAY_MS + 3 * HOUR_MS);
  for (const { id } of [one, two]) {
    const happened = (await eventsOf(id)).slice(known);
    expect(happened).toHaveLength(3 + 1 + 3);
    expect(takenOf(id)).toEqual(happened);
  }
  expect(new Set(ids()).size).toBe(ids().length);
  expect(await deliveries('?status=waiting')).toEqual([]);
  expect(await endpoint(endpointId)).toMatchObject({ enabled: true });
}, 120_000);

test('after all retries a delivery has failed; redelivered by hand it keeps its id and precedes later events', async () => {
  const { id: endpointId } = await listen();
  consumer.answer = () => ({ status: 302, headers: { location: consumer.url } });
  const { id } = await stack.connect('unheard');
  await until(() => consumer.received.length > 0);
  await stack.travel.advance(4 * DAY_MS);
  const [failed] = await deliveries(`?integrationId=${id}`);
  expect(failed).toMatchObject({
    status: 'failed',
    attempts: 10,
    lastStatus: 302,
    lastError: 'The endpoint returned 302.',
    nextAttemptAt: null,
  });
  expect(new Set(consumer.received.map((one) => one.id)).size).toBe(1);
  expect(await endpoint(endpointId)).toMatchObject({ enabled: true });

  consumer.answer = () => ({ status: 200 });
  expect((await api.post(`/v1/deliveries/${failed.id}/redeliver`)).body).toMatchObject({
    id: failed.id,
    status: 'waiting',
    attempts: 10,
  });
  await until(() => consumer.taken().length === 1);
  expect(ids()).toEqual([failed.eventId]);
  await until(async () => (await deliveries(`?integrationId=${id}`))[0].status === 'delivered');
  // What was delivered can be delivered again, too.
  await api.post(`/v1/deliveries/${failed.id}/redeliver`);
  await until(() => consumer.taken().length === 2);
  expect(ids()).toEqual([failed.eventId, failed.eventId]);
  expect((await api.post('/v1/deliveries/dlv_unknown/redeliver')).status).toBe(404);
}, 60_000);

test('410 disables the endpoint at once, with what waits for it, until it is enabled', async () => {
  const { id: endpointId } = await listen();
  consumer.answer = () => ({ status: 410 });
  const { id } = await stack.connect('gone_consumer');
  await until(async () => !(await endpoint(endpointId)).enabled);
  expect(await endpoint(endpointId)).toMatchObject({
    disabledReason: 'gone',
    disabledAt: expect.any(String),
  });
  await until(async () => (await deliveries(`?integrationId=${id}`))[0]?.status === 'failed');
  const [delivery] = await deliveries(`?integrationId=${id}`);
  expect(delivery).toMatchObject({ attempts: 1, lastStatus: 410 });
  const refused = await api.post(`/v1/deliveries/${delivery.id}/redeliver`);
  expect([refused.status, refused.body.code]).toEqual([409, 'endpoint_disabled']);

  consumer.answer = () => ({ status: 200 });
  const untold = await stack.connect('while_disabled');
  await until(async () => (await unrelayed()) === 0);
  const enabled = await api.patch(`/v1/webhook-endpoints/${endpointId}`, { enabled: true });
  expect(enabled.body).toMatchObject({ enabled: true, disabledAt: null, disabledReason: null });
  const { id: later } = await stack.connect('after_disabled');
  await until(() => takenOf(later).length === 1);
  expect(takenOf(untold.id)).toEqual([]);
  await api.post(`/v1/deliveries/${delivery.id}/redeliver`);
  await until(() => takenOf(id).length === 1);
});

const unrelayed = async () =>
  (await stack.pool.query('select 1 from events where relayed_at is null')).rowCount;

test('an endpoint that takes nothing for five days is disabled, and another one hears of it', async () => {
  const { id: endpointId } = await listen(['integration.connected']);
  const other = await startConsumer();
  try {
    await api.post('/v1/webhook-endpoints', { url: other.url, events: ['webhook.disabled'] });
    consumer.answer = () => ({ status: 500 });
    await stack.connect('five_days_1');
    await until(() => consumer.received.length > 0);
    await stack.travel.advance(4 * DAY_MS);
    await stack.connect('five_days_2');
    await stack.travel.advance(HOUR_MS);
    expect(await endpoint(endpointId)).toMatchObject({ enabled: true });
    await stack.travel.advance(2 * DAY_MS);
    expect(await endpoint(endpointId)).toMatchObject({ enabled: false, disabledReason: 'failing' });
    expect(other.taken().map(({ event }) => [event.type, event.subject, event.data])).toEqual([
      [
        'webhook.disabled',
        endpointId,
        expect.objectContaining({
          endpointId,
          host: new URL(consumer.url).host,
          why: 'failing',
          integrationId: null,
          reconnectUrl: null,
        }),
      ],
    ]);
    expect(await deliveries(`?endpointId=${endpointId}&status=waiting`)).toEqual([]);
  } finally {
    await other.stop();
  }
}, 60_000);

test.each([
  ['429', '7200', 2 * HOUR_MS],
  ['503', '7200', 2 * HOUR_MS],
  ['503', '9999999', DAY_MS],
])('%s with Retry-After: %s is not asked again before that', async (status, retryAfter, expectedMs) => {
  await listen();
  consumer.answer = () => ({ status: Number(status), headers: { 'retry-after': retryAfter } });
  await stack.connect(`later_${status}_${retryAfter}`);
  await until(async () => (await deliveries('?status=waiting'))[0]?.attempts === 1);
  const [{ nextAttemptAt }] = await deliveries('?status=waiting');
  const waitMs = Date.parse(nextAttemptAt) - stack.simulator.clock.now();
  expect(waitMs).toBeLessThanOrEqual(expectedMs);
  expect(waitMs).toBeGreaterThan(expectedMs - MINUTE_MS);
});

test('for a day after a rotation both secrets verify, then the new one alone, and the old one is erased', async () => {
  const { id: endpointId, secret: old } = await listen();
  const { body: rotated } = await api.post(`/v1/webhook-endpoints/${endpointId}/rotate-secret`);
  expect(rotated).toEqual({
    id: endpointId,
    secret: expect.stringMatching(/^whsec_/),
    oldSecretUntil: new Date(Date.parse(rotated.oldSecretUntil)).toISOString(),
  });
  expect((await endpoint(endpointId)).oldSecretUntil).toBe(rotated.oldSecretUntil);
  const verified = ({ body, headers }: Consumer['received'][0]) =>
    [old, rotated.secret as string].map((secret) => {
      try {
        return Boolean(new Webhook(secret).verify(body, headers as Record<string, string>));
      } catch {
        return false;
      }
    });
  const { id } = await stack.connect('rotated');
  await until(() => takenOf(id).length === 1);
  expect(verified(consumer.taken()[0]!)).toEqual([true, true]);
  expect(String(consumer.taken()[0]!.headers['webhook-signature']).split(' ')).toHaveLength(2);

  await stack.travel.advance(DAY_MS);
  const { id: next } = await stack.connect('rotated_later');
  await until(() => takenOf(next).length === 1);
  expect(verified(consumer.taken().at(-1)!)).toEqual([false, true]);
  await purge(stack.pool, stack.simulator.clock.now(), stack.deps.retention);
  expect((await stack.pool.query('select * from webhook_old_secrets')).rows).toEqual([]);
  expect((await endpoint(endpointId)).oldSecretUntil).toBeNull();
  expect((await api.post('/v1/webhook-endpoints/whe_unknown/rotate-secret')).status).toBe(404);
});

test('an endpoint receives only the events it selected, from its creation on', async () => {
  await stack.stopWorkers();
  const before = await stack.connect('before_it');
  stack.simulator.clock.advance(1);
  const { id: endpointId } = await listen(['integration.disconnected', 'integration.connected']);
  await stack.startWorkers();
  const { id } = await stack.connect('picky');
  await api.delete(`/v1/integrations/${id}`);
  await until(() => takenOf(id).length === 2);
  await api.patch(`/v1/webhook-endpoints/${endpointId}`, { events: ['integration.connected'] });
  await api.delete(`/v1/integrations/${before.id}`);
  const { id: later } = await stack.connect('picky_later');
  await until(() => takenOf(later).length === 1);
  expect(consumer.taken().map(({ event }) => [event.type, event.subject])).toEqual([
    ['integration.connected', id],
    ['integration.disconnected', id],
    ['integration.connected', later],
  ]);
});

test('the link to reconnect is in a webhook, leads to the page, and is nowhere in Temporal', async () => {
  await listen(['integration.expired']);
  const { id, version } = await stack.connect('linked');
  stack.simulator.invalidate('linked', 460);
  await stack.lifecycles.tokenRejected(id, { version, code: 190, subcode: 460, source: 'test' });
  await until(() => takenOf(id).length === 1);
  const { data } = consumer.taken()[0]!.event;
  expect(data).toMatchObject({ state: 'expired', reason: 'password_changed', tokenVersion: version });
  const path = new URL(data.reconnectUrl).pathname;
  expect((await api.as(null).get(path)).status).toBe(200);
  let histories = 0;
  for await (const { workflowId, runId } of stack.client.workflow.list()) {
    const history = await stack.client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories += 1;
    const text = decoded(historyToJSON(history));
    expect(text).not.toContain(path.split('/').at(-1)!.slice(0, 40));
    expect(text).not.toContain(consumer.url);
  }
  expect(histories).toBeGreaterThan(2);
});

/** With the payloads, which the JSON of a history holds in base64. */
function decoded(text: string): string {
  const data = [...text.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)];
  return text + data.map(([, payload = '']) => Buffer.from(payload, 'base64').toString()).join('\n');
}

test('with everything lost in Temporal, the audit brings what waits to its end', async () => {
  await listen();
  consumer.answer = () => ({ status: 500 });
  const { id } = await stack.connect('bereft_lane');
  await until(async () => (await deliveries(`?integrationId=${id}`))[0]?.attempts >= 1);
  const lanes = stack.client.workflow.list({
    query: `WorkflowType = 'DeliverEvent' and ExecutionStatus = 'Running'`,
  });
  await until(async () => {
    for await (const { workflowId } of stack.client.workflow.list()) if (workflowId.endsWith(id)) return true;
    return false;
  });
  for await (const { workflowId } of lanes)
    await stack.client.workflow.getHandle(workflowId).terminate('lost');
  consumer.answer = () => ({ status: 204 });
  stack.simulator.clock.advance(HOUR_MS);
  const result = await new MockActivityEnvironment().run(auditFleet, stack.deps);
  expect((result as AuditResult).deliveries).toBeGreaterThanOrEqual(1);
  await until(() => takenOf(id).length === 1);
});

test('an endpoint that never answers rests by the time that its deliveries go by', async () => {
  const { url } = consumer;
  await consumer.stop();
  await api.post('/v1/webhook-endpoints', { url, events: ['integration.connected'] });
  for (let n = 0; n < 8; n++) await stack.connect(`resting.${n}`);
  // A sandbox moves from one due delivery to the next: a rest in any other time would stop it.
  await stack.travel.advance(DAY_MS);
  const waiting = await deliveries('?status=waiting');
  expect(waiting).toHaveLength(8);
  for (const { attempts, lastError, nextAttemptAt } of waiting) {
    expect(attempts).toBeGreaterThan(0);
    expect(lastError).not.toBeNull();
    expect(Date.parse(nextAttemptAt)).toBeGreaterThan(stack.simulator.clock.now());
  }
});
