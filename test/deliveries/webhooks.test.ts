import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time';
import { type TestApi, startApi } from '../support/api';
import { type Consumer, startConsumer } from '../support/consumer';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
let api: TestApi;
let consumer: Consumer;
beforeAll(async () => {
  stack = await startStack();
  api = await startApi(stack);
});
beforeEach(async () => {
  consumer = await startConsumer();
});
afterEach(async () => {
  await stack.pool.query('delete from webhook_endpoints');
  await consumer.stop();
});
afterAll(async () => {
  await api.stop();
  await stack.stop();
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
  const cloud = HTTP.toEvent({ headers, body }) as { validate(): boolean; type: string; subject: string };
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
      lastError: null,
      nextAttemptAt: null,
      createdAt: expect.any(String),
      endedAt: expect.any(String),
    },
  ]);
});
