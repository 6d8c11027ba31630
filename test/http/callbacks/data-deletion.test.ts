import { instagramActor } from '../../../core/access/actor';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type PoolClient } from 'pg';
import { auditFleet } from '../../../activities/fleet/audit';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { deleteAccountData } from '../../../adapters/postgres/integrations/data-deletion';
import { eraseInPortions } from '../../../adapters/postgres/integrations/erasure';
import { withTransaction } from '../../../adapters/postgres/pool';
import { openTemporal } from '../../../adapters/temporal/connect';
import { createLifecycleClient } from '../../../client/lifecycle-client';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';
import { type Answer, type TestApi, startApi, useApi } from '../../support/api';
import { caller, withCallbacks } from '../../support/callbacks';
import { type Stack } from '../../support/stack';
import { until } from '../../support/until';
import { withoutWaiting } from '../../support/without-waiting';

/** Temporal keeps runs that have just ended for a while after their deletion was asked for. */
const TEMPORAL_DELETES_MS = 45_000;

let stack: Stack;
let api: TestApi;
let instagram: ReturnType<typeof caller>;
useApi((started) => ({ stack, api } = started), {
  api: (stack) => ({ instagram: withCallbacks(stack.instagram), forwardMessageText: true }),
});
beforeAll(() => {
  instagram = caller(stack, api);
});

const audit = () => new MockActivityEnvironment().run(auditFleet, stack.deps);
const deletionOf = (row: Integration, secondsAgo = 0) =>
  instagram.ask('data-deletion', instagram.about(row.accountId, secondsAgo));
const look = ({ body }: Answer) => api.as(null).get(body.url);
const titleOf = ({ body }: Answer) => /<h1[^>]*>(.*?)<\/h1>/.exec(body)?.[1];

/** Workflow ids of everything that Temporal has of an integration. */
async function runsOf(id: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of stack.client.workflow.list())
    if (workflowId.includes(id)) ids.push(workflowId);
  return ids;
}

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const { rows: tables } = await stack.pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const texts = tables.map(async ({ name }) => {
    const { rows } = await stack.pool.query<{ text: string }>(`select t::text as text from "${name}" t`);
    return rows.map(({ text }) => text).join('\n');
  });
  return (await Promise.all(texts)).join('\n');
}

/** An account about which as much is known as can be: messages both ways, a round under way, two lifecycle runs. */
async function wellKnown(username: string): Promise<{ row: Integration; traces: string[] }> {
  const { id } = await stack.connect(username);
  const path = `/v1/integrations/${id}`;
  const email = `${username}@example.com`;
  await api.patch(path, { contact: { email } });
  await stack.travel.advance(2 * DAY_MS);
  expect((await api.post(`${path}/refresh`)).body.refreshed).toBe(true);
  stack.simulator.receive(username, { text: `Hello, ${username}!`, from: `friend.of.${username}` });
  const { body: inbox } = await api.get(`${path}/conversations`);
  const friend = inbox.data[0].participants.find((one: { username: string }) => one.username !== username).id;
  const wanted = { recipientId: friend, text: `Hello back from ${username}` };
  expect((await api.post(`${path}/messages`, wanted, { 'idempotency-key': username })).status).toBe(201);
  const { body: link } = await api.post(`${path}/connect-links`, {});
  await api.as(null).request('POST', link.url);
  const row = await stack.row(id);
  const webhook = {
    object: 'instagram',
    entry: [
      {
        id: row.accountId,
        messaging: [
          { sender: { id: friend }, timestamp: 1, message: { mid: `mid.${username}`, text: 'Psst' } },
        ],
      },
    ],
  };
  expect((await instagram.deliver(JSON.stringify(webhook))).status).toBe(200);
  const { rows } = await stack.pool.query<{ account_scoped_id: string }>(
    'select account_scoped_id from integrations where id = $1',
    [id],
  );
  return {
    row,
    traces: [username, email, row.accountId!, rows[0]!.account_scoped_id, friend, `mid.${username}`, 'Psst'],
  };
}

test('nothing of an account and its conversations is left, neither here nor in Temporal', async () => {
  const { row, traces } = await wellKnown('forget.me');
  const before = await everything();
  for (const trace of traces) expect(before).toContain(trace);
  await until(async () => {
    const runs = await runsOf(row.id);
    return runs.filter((id) => id.startsWith('token-lifecycle/')).length >= 2 && runs.length >= 3;
  });

  stack.simulator.clock.advance(SECOND_MS);
  const answer = await deletionOf(row);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    url: `${api.url}/callbacks/instagram/data-deletion/${answer.body.confirmation_code}`,
    confirmation_code: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  const after = await everything();
  for (const trace of traces) expect(after).not.toContain(trace);
  expect((await api.get(`/v1/integrations/${row.id}`)).body).toMatchObject({
    state: 'disconnected',
    account: null,
    contact: null,
    ownerRef: row.ownerRef,
  });
  expect((await api.get(`/v1/integrations/${row.id}/token`)).body.code).toBe('disconnected');
  expect(await stack.events(row.id)).toEqual([
    'integration.connected',
    'token.refreshed',
    'message.received',
    'integration.disconnected',
  ]);

  const underWay = await look(answer);
  expect([underWay.status, titleOf(underWay)]).toEqual([200, 'Your data is being deleted']);
  expect(underWay.headers.get('content-type')).toMatch(/^text\/html/);
  await until(async () => (await runsOf(row.id)).length === 0, { timeoutMs: TEMPORAL_DELETES_MS });
  stack.simulator.clock.advance(2 * MINUTE_MS);
  expect(await audit()).toMatchObject({ deletions: 1 });
  expect(titleOf(await look(answer))).toBe('Your data was deleted');
  const { rows } = await stack.pool.query('select integration_ids from data_deletions where code = $1', [
    answer.body.confirmation_code,
  ]);
  expect(rows).toEqual([{ integration_ids: [] }]);

  // The audit brings no lifecycle back, and the account can be connected anew.
  stack.simulator.clock.advance(10 * MINUTE_MS);
  await audit();
  expect(await runsOf(row.id)).toEqual([]);
  const again = await stack.connect('forget.me');
  expect([again.id === row.id, again.state]).toEqual([false, 'active']);
});

test('while Temporal is down the data is gone all the same, and the audit removes the runs later', async () => {
  const { row, traces } = await wellKnown('unreachable');
  const nowhere = openTemporal({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'none' });
  const down = await startApi(stack, {
    instagram: withCallbacks(stack.instagram),
    temporal: nowhere.client,
    lifecycles: createLifecycleClient(nowhere.client, stack.simulator.clock),
  });
  stack.simulator.clock.advance(SECOND_MS);
  const answer = await withoutWaiting(
    caller(stack, down).ask('data-deletion', instagram.about(row.accountId)),
  );
  expect(answer.status).toBe(200);
  await down.stop();
  await nowhere.close();
  const after = await everything();
  for (const trace of traces) expect(after).not.toContain(trace);
  expect(await runsOf(row.id)).not.toEqual([]);

  const page = () => api.get(`/callbacks/instagram/data-deletion/${answer.body.confirmation_code}`);
  expect(titleOf(await page())).toBe('Your data is being deleted');
  stack.simulator.clock.advance(2 * MINUTE_MS);
  // A Temporal that fails does not end the audit, and is asked again by the next one.
  const deps = {
    ...stack.deps,
    lifecycles: { ...stack.deps.lifecycles, forget: () => Promise.reject(new Error('still down')) },
  };
  expect(await new MockActivityEnvironment().run(auditFleet, deps)).toMatchObject({ deletions: 0 });
  expect(titleOf(await page())).toBe('Your data is being deleted');
  expect(await audit()).toMatchObject({ deletions: 0 });
  await until(async () => (await runsOf(row.id)).length === 0, { timeoutMs: TEMPORAL_DELETES_MS });
  expect(await audit()).toMatchObject({ deletions: 1 });
  expect(titleOf(await page())).toBe('Your data was deleted');
  expect(await audit()).toMatchObject({ deletions: 0 });
  expect(await runsOf(row.id)).toEqual([]);
});

test('integrations that ended before are forgotten, too', async () => {
  const { row, traces } = await wellKnown('ended.before');
  await api.delete(`/v1/integrations/${row.id}`);
  stack.simulator.clock.advance(SECOND_MS);
  expect((await deletionOf(row)).status).toBe(200);
  const after = await everything();
  for (const trace of traces) expect(after).not.toContain(trace);
  expect((await stack.events(row.id)).filter((type) => type === 'integration.disconnected')).toHaveLength(1);
});

test('an account with many events loses token and name at once, and the rest in portions that a crash interrupts', async () => {
  const row = await stack.connect('much.written', { start: false });
  const { pool } = stack;
  const personal = { account: { username: 'much.written' }, message: { text: 'hi' }, conversationId: 'c1' };
  const write = (count: number) =>
    pool.query(
      `insert into events (id, type, at, integration_id, data)
       select 'evt_' || gen_random_uuid(), 'messages.viewed', now(), $1,
         $2::jsonb || jsonb_build_object('by', 'mia', 'state', 'active', 'added_later', n)
       from generate_series(1, $3::int) n`,
      [row.id, JSON.stringify(personal), count],
    );
  await write(3_500);
  await pool.query(
    `insert into received_messages select $1, sha256(n::text::bytea), now() from generate_series(1, 1500) n`,
    [row.id],
  );
  const left = async () =>
    (
      await pool.query(`select count(*) from events where integration_id = $1 and data ? 'conversationId'`, [
        row.id,
      ])
    ).rows[0].count;
  const request = {
    ...{ provider: 'instagram', appId: stack.instagram.settings.appId, userId: row.accountId! },
    ...{ digest: Buffer.from('much'), issuedBefore: stack.simulator.clock.now() + 1 },
  };
  const now = stack.simulator.clock.now();
  const { code } = await deleteAccountData(pool, request, now, instagramActor('127.0.0.1'));
  expect(await stack.row(row.id)).toMatchObject({ state: 'disconnected', accountId: null, username: null });
  expect(
    (await pool.query('select 1 from token_versions where integration_id = $1', [row.id])).rowCount,
  ).toBe(0);
  expect(await left()).toBe('3500');
  const status = () => api.get(`/v1/data-deletions/${code}`).then(({ body }) => body);
  expect(await status()).toMatchObject({ erasedRows: 0, isErased: false, finishedAt: null });

  let portions = 0;
  await eraseInPortions(pool, { now: () => now }, () => portions++ >= 2);
  // The newest of them tells of the disconnection, and has nothing to lose.
  expect(await left()).toBe('1501');
  expect(await status()).toMatchObject({ erasedRows: 1_999, isErased: false });
  // Killed in the middle of a portion: it is done again.
  const broken = new Proxy(pool, {
    get: (target, name) =>
      name === 'connect'
        ? async () => dyingAfter(await pool.connect(), 'update events')
        : Reflect.get(target, name, target),
  });
  await expect(eraseInPortions(broken, { now: () => now }, () => false)).rejects.toThrow('killed');
  expect(await left()).toBe('1501');
  await eraseInPortions(pool, { now: () => now }, () => false);
  expect(await left()).toBe('0');
  expect(
    (await pool.query('select 1 from received_messages where integration_id = $1', [row.id])).rowCount,
  ).toBe(0);
  const { rows } = await pool.query<{ data: object }>(
    `select data from events where integration_id = $1 and type = 'messages.viewed' limit 1`,
    [row.id],
  );
  expect(rows[0]!.data).toEqual({ by: 'mia', state: 'active', account: null });
  expect(await status()).toMatchObject({ isErased: false, finishedAt: null });

  // What was being written when the request came is found by a second pass.
  await write(1);
  stack.simulator.clock.advance(2 * MINUTE_MS);
  await withTransaction(pool, async (other) => {
    // Another process is at it, so it is not finished yet.
    await other.query('select 1 from data_deletion_parts where code = $1 for update', [code]);
    await audit();
    expect(await status()).toMatchObject({ isErased: false, finishedAt: null });
  });
  await audit();
  expect(await left()).toBe('0');
  expect(await status()).toMatchObject({ isErased: true, finishedAt: expect.any(String) });
  expect((await api.get('/v1/data-deletions/none')).status).toBe(404);
});

/** A connection whose process ends at a statement. */
function dyingAfter(client: PoolClient, statement: string): PoolClient {
  return new Proxy(client, {
    get(target, name) {
      const value = target[name as keyof PoolClient] as unknown;
      if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
      return async (text: string, values?: unknown[]) => {
        const result = await target.query(text, values);
        if (text.includes(statement)) throw new Error('killed');
        return result;
      };
    },
  });
}

test('the same request, at once and again, has one code', async () => {
  const row = await stack.connect('repeats', { start: false });
  const payload = instagram.about(row.accountId);
  const ask = async () => (await instagram.ask('data-deletion', payload)).body.confirmation_code as string;
  const codes = await Promise.all([ask(), ask(), ask()]);
  codes.push(await ask());
  expect(new Set(codes).size).toBe(1);
  expect(await stack.events(row.id)).toEqual(['integration.connected', 'integration.disconnected']);
});

test('a connection that was made after the request stays', async () => {
  const row = await stack.connect('back.since', { start: false });
  const answer = await deletionOf(row, 3_600);
  expect(await stack.row(row.id)).toMatchObject({
    state: 'active',
    accountId: row.accountId,
    username: 'back.since',
  });
  expect((await api.get(`/v1/integrations/${row.id}/token`)).status).toBe(200);
  expect(titleOf(await look(answer))).toBe('Your data was deleted');
});

test('of an unknown account there is nothing to delete', async () => {
  const answer = await instagram.ask('data-deletion', instagram.about('17841499999999999'));
  expect([answer.status, titleOf(await look(answer))]).toEqual([200, 'Your data was deleted']);
});

test('a refused request has no code, and deletes nothing', async () => {
  const row = await stack.connect('stays', { start: false });
  const answer = await instagram.ask('data-deletion', instagram.about(row.accountId), 'unknown');
  expect([answer.status, answer.body.code, answer.body.confirmation_code]).toEqual([
    400,
    'invalid_request',
    undefined,
  ]);
  expect((await stack.row(row.id)).state).toBe('active');
});

test.each([
  ['unknown', '0'.repeat(32)],
  ['too short', 'x'],
  ['with a null character', '%00'],
  ['with a quote', "'%20or%201=1--"],
  ['too long', 'A'.repeat(5_000)],
])('a code that is %s: a readable 404', async (_, code) => {
  const page = await api.as(null).get(`/callbacks/instagram/data-deletion/${code}`);
  expect([page.status, titleOf(page)]).toEqual([404, 'Unknown confirmation code']);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page.body).not.toContain('<script');
});

test('codes are kept for 90 days', async () => {
  const answer = await instagram.ask('data-deletion', instagram.about('17841499999999998'));
  stack.simulator.clock.advance(89 * DAY_MS);
  await audit();
  expect((await look(answer)).status).toBe(200);
  stack.simulator.clock.advance(2 * DAY_MS);
  await audit();
  expect((await look(answer)).status).toBe(404);
});
