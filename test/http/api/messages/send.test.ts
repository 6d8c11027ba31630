import { MockActivityEnvironment } from '@temporalio/testing';
import { createHash } from 'node:crypto';
import { createActivities } from '../../../../activities';
import { sendMessage } from '../../../../activities/messaging/send-message';
import { claimSend } from '../../../../adapters/postgres/messages/message-sends';
import { wakeLane } from '../../../../adapters/temporal/lanes';
import { storePayload } from '../../../../adapters/postgres/messages/sealed-payloads';
import { OUTGOING_MESSAGE } from '../../../../core/messaging/send';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../../core/time';
import { type TestApi, useApi } from '../../../support/api';
import { type Stack } from '../../../support/stack';
import { until } from '../../../support/until';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));
afterEach(() => stack.calm());

const outbound = (username: string) =>
  stack.simulator.messages(username).filter(({ direction }) => direction === 'outbound');

/** Ids of customers that just wrote. */
function customersOf(username: string, count: number): string[] {
  return Array.from(
    { length: count },
    (_, n) => stack.simulator.receive(username, { text: 'Hello', from: `${username}_customer_${n}` }).from.id,
  );
}

/** Does `work` for every number below `count`, so many at a time. */
async function inTurns(count: number, atOnce: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const turn = async () => {
    for (let n = next++; n < count; n = next++) await work(n);
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
}

test('of 500 sends with lost answers on the way each arrives once', async () => {
  const shops: { username: string; id: string; customers: string[] }[] = [];
  for (const username of ['busy_0', 'busy_1', 'busy_2', 'busy_3', 'busy_4']) {
    stack.simulator.addAccount({ username });
    const { id } = await stack.connect(username);
    shops.push({ username, id, customers: customersOf(username, 3) });
  }
  // Three of ten answers get lost.
  for (let n = 0; n < 150; n++)
    stack.simulator.addFault({ match: { path: '/me/messages' }, times: 1, drop: 'after' });
  const answers = new Set<string>();
  await inTurns(500, 40, async (n) => {
    const { id, customers } = shops[n % 5]!;
    const message = { recipientId: customers[n % 3], text: n % 2 === 0 ? `No. ${n}` : 'Thank you!' };
    const headers = { 'idempotency-key': `key-${n}` };
    const send = () => api.post(`/v1/integrations/${id}/messages`, message, headers);
    // Looks keep to Instagram's two reads a second: whoever is told to ask again does so with the same key.
    let { status, body } = await send();
    while (status === 503) {
      stack.simulator.clock.advance(SECOND_MS);
      ({ status, body } = await send());
    }
    expect([n, status, body.code]).toEqual([n, 201, undefined]);
    answers.add(body.messageId);
  });
  const arrived = shops.flatMap(({ username }) => outbound(username).map((message) => message.id));
  expect(arrived.length).toBe(500);
  expect(answers).toEqual(new Set(arrived));
}, 240_000);

test('a send whose process was killed is looked for before it is sent again', async () => {
  stack.simulator.addAccount({ username: 'killed' });
  const { id, provider } = await stack.connect('killed');
  const [recipientId] = customersOf('killed', 1);
  const now = stack.simulator.clock.now();
  const text = JSON.stringify({ recipientId, text: 'Once', tag: null });
  const payload = { integrationId: id, provider, purpose: OUTGOING_MESSAGE, text, lifeMs: HOUR_MS };
  const payloadId = await storePayload(stack.pool, stack.deps.sealer, payload, now);
  const keyDigest = createHash('sha256').update('killed').digest('hex');
  await claimSend(stack.pool, { integrationId: id, keyDigest, requestDigest: 'x', payloadId }, now);
  const input = { integrationId: id, keyDigest, payloadId };

  const dying = {
    ...stack.deps,
    instagram: {
      ...stack.deps.instagram,
      sendMessage: async (...call: Parameters<typeof stack.deps.instagram.sendMessage>) => {
        await stack.deps.instagram.sendMessage(...call);
        return new Promise<never>(() => undefined);
      },
    },
  };
  void new MockActivityEnvironment().run(() => sendMessage(dying, input));
  while (outbound('killed').length === 0) await new Promise(setImmediate);

  const again = new MockActivityEnvironment({ attempt: 2 }).run(() => sendMessage(stack.deps, input));
  await expect(again).rejects.toMatchObject({ type: 'OutcomeUnknown' });
  const sent = await stack.client.workflow.execute('sendMessage', {
    workflowId: 'send-message/killed',
    taskQueue: 'evergrant',
    args: [input],
  });
  expect(sent).toEqual({ sent: { messageId: outbound('killed')[0]!.id, recipientId } });
  expect(outbound('killed')).toHaveLength(1);
});

test('when the conversation does not reach back to the send, the caller gets outcome_unknown', async () => {
  stack.simulator.addAccount({ username: 'flooded' });
  const { id } = await stack.connect('flooded');
  const [recipientId] = customersOf('flooded', 1);
  stack.simulator.addFault({ match: { path: '/me/messages' }, times: 1, drop: 'after', delayMs: 300 });
  const sending = api.post(
    `/v1/integrations/${id}/messages`,
    { recipientId, text: 'Lost among many' },
    { 'idempotency-key': 'flooded' },
  );
  while (outbound('flooded').length === 0) await new Promise(setImmediate);
  for (let n = 0; n < 40; n++)
    stack.simulator.receive('flooded', { text: `And ${n}`, from: 'flooded_customer_0' });
  const { status, body } = await sending;
  expect([status, body.code]).toEqual([502, 'outcome_unknown']);
  expect(outbound('flooded')).toHaveLength(1);
});

test('a send that Instagram refuses each time, although the token works, is refused for itself', async () => {
  stack.simulator.addAccount({ username: 'picky' });
  const { id } = await stack.connect('picky');
  const [recipientId] = customersOf('picky', 1);
  stack.simulator.addFault({
    match: { path: '/me/messages', account: 'picky' },
    error: { code: 190, subcode: 467 },
    status: 400,
  });
  const { status, body } = await api.post(
    `/v1/integrations/${id}/messages`,
    { recipientId, text: 'Never sent' },
    { 'idempotency-key': 'picky' },
  );
  expect([status, body.code]).toEqual([422, 'provider_rejected_call']);
});

test('a workflow can send and read without a text in its history, by references that the API makes and opens', async () => {
  stack.simulator.addAccount({ username: 'sealed' });
  const { id } = await stack.connect('sealed');
  const [recipientId = ''] = customersOf('sealed', 1);
  const payloads = `/v1/integrations/${id}/payloads`;
  const stored = await api.post(payloads, { text: 'By reference' });
  expect([stored.status, Object.keys(stored.body)]).toEqual([201, ['payloadId', 'expiresAt']]);
  const activities = createActivities(stack.deps);
  const run = <T>(work: () => Promise<T>) => new MockActivityEnvironment().run(work) as Promise<T>;
  const { payloadId } = stored.body;
  const message = { integrationId: id, recipientId, payloadId, idempotencyKey: 'shared' };
  const sent = await run(() => activities.sendMessage(message));
  expect(outbound('sealed').map(({ text }) => text)).toEqual(['By reference']);
  // Over HTTP the same key is the same send.
  const again = { recipientId, text: 'By reference' };
  const answer = await api.post(`/v1/integrations/${id}/messages`, again, { 'idempotency-key': 'shared' });
  expect([answer.status, answer.body]).toEqual([201, sent]);
  expect(outbound('sealed')).toHaveLength(1);

  const page = await run(() => activities.listConversations({ integrationId: id }));
  const opened = await api.get(`${payloads}/${page.payloadId}`);
  const listed = await api.get(`/v1/integrations/${id}/conversations`);
  expect([opened.status, opened.body]).toEqual([200, { purpose: 'conversations', data: listed.body.data }]);
  // A text that is to be sent is not read by anybody.
  for (const gone of [payloadId, 'txt_none']) expect((await api.get(`${payloads}/${gone}`)).status).toBe(404);
  expect((await api.post(payloads, { text: 'ä'.repeat(501) })).body.code).toBe('text_too_long');
});

test('every run that should end has a limit', async () => {
  const { client } = stack;
  await wakeLane(client, 'mail/limited');
  const limitOf = (type: string) =>
    until(async () => {
      for await (const run of client.workflow.list({ query: `WorkflowType = '${type}'`, pageSize: 1 })) {
        const { raw } = await client.workflow.getHandle(run.workflowId, run.runId).describe();
        return Number(raw.executionConfig?.workflowRunTimeout?.seconds ?? 0);
      }
      return null;
    });
  expect(await limitOf('SendMessage')).toBe((7 * DAY_MS) / SECOND_MS);
  expect(await limitOf('DeliverEvent')).toBe((30 * DAY_MS) / SECOND_MS);
});
