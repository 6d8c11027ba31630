import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { API_KEY, type TestApi, useApi } from '../support/api';
import { type World, evergrant as run } from '../support/cli';
import { type Mailbox, mailerTo, startMailbox } from '../support/mailbox';
import { type Stack } from '../support/stack';

/** The verbs for webhook endpoints, deliveries, email and contacts. */

let stack: Stack;
let api: TestApi;
let mailbox: Mailbox;
const mailUrl = { url: '' };
beforeAll(async () => {
  mailbox = await startMailbox();
  mailUrl.url = mailbox.url;
});
useApi((started) => ({ stack, api } = started), {
  workers: false,
  api: () => ({ mailer: mailerTo(mailUrl.url), operatorEmail: 'ops@shopdesk.example' }),
});
afterAll(() => mailbox.stop());

let answer = 204;
const received: string[] = [];
const receiver = createServer((request, response) => {
  received.push(request.url ?? '');
  request.resume().on('end', () => response.writeHead(answer).end());
});
let hook: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(() => receiver.close());

const evergrant = (args: string[], world: World = {}) =>
  run(args, { ...world, env: { EVERGRANT_URL: api.url, EVERGRANT_API_KEY: API_KEY } });
const json = async (args: string[]) => JSON.parse((await evergrant([...args, '--json'])).out);
const idIn = (text: string) => /whe_\w+/.exec(text)?.[0] ?? '';

/** What breaks other programs asks first, and needs --yes where nobody can be asked. */
async function expectToAsk(args: string[], question: string): Promise<void> {
  const nobody = await evergrant(args);
  expect([nobody.code, nobody.out, nobody.err]).toEqual([
    2,
    '',
    'error: Not interactive: pass --yes to confirm.\n',
  ]);
  const asked: string[] = [];
  const no = await evergrant(args, { answer: 'n', onAsk: (text) => asked.push(text) });
  expect([no.code, no.err]).toEqual([1, 'error: No changes made.\n']);
  expect(asked).toEqual([`${question} [y/N] `]);
}

describe('webhooks', () => {
  let id: string;

  test('an endpoint is added with its secret alone on stdout, and listed', async () => {
    expect((await evergrant(['webhooks', 'list'])).out).toBe('No webhook endpoints.\n');
    const { code, out, err } = await evergrant(['webhooks', 'add', hook, '--event', 'token.refreshed']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^whsec_[\w+/=]{44}\n$/)]);
    id = idIn(err);
    expect(await json(['webhooks', 'list'])).toEqual((await api.get('/v1/webhook-endpoints')).body);
    const [, row] = (await evergrant(['webhooks', 'list'])).out.split('\n');
    expect(row).toBe(`${id}  ${hook}  enabled  token.refreshed`);
  });

  test('one that may not be called, or of unknown events, is refused with the reason', async () => {
    const inside = await evergrant(['webhooks', 'add', 'http://10.0.0.1/hook']);
    expect([inside.code, inside.err]).toEqual([1, expect.stringContaining('url must be an https URL')]);
    expect((await evergrant(['webhooks', 'add', hook, '--event', 'token.stolen'])).code).toBe(2);
  });

  test('a test event is sent, by id or URL, and what the endpoint answers decides', async () => {
    const done = await evergrant(['webhooks', 'test', hook]);
    expect([done.code, done.out]).toEqual([
      0,
      expect.stringMatching(`^Delivered to ${hook}: 204 in \\d+ ms.\n$`),
    ]);
    answer = 500;
    const failed = await evergrant(['webhooks', 'test', id]);
    answer = 204;
    expect([failed.code, failed.err]).toEqual([1, `error: ${hook} answered 500. Expected 2xx.\n`]);
    expect(await json(['webhooks', 'test', id])).toMatchObject({ delivered: true, status: 204 });
    expect(received).toHaveLength(3);
    expect((await evergrant(['webhooks', 'test', 'whe_none'])).err).toContain(
      'Webhook endpoint whe_none not found.',
    );
  });

  test('events are changed, and the endpoint is disabled and enabled', async () => {
    expect((await evergrant(['webhooks', 'change', id, '--event', '*'])).out).toBe(
      `${hook}: enabled, receives *.\n`,
    );
    await expectToAsk(
      ['webhooks', 'disable', id],
      `Disable ${hook} (${id})? Its pending deliveries are skipped.`,
    );
    expect(await json(['webhooks', 'disable', id, '--yes'])).toMatchObject({ enabled: false });
    expect((await evergrant(['webhooks', 'list'])).out).toContain('disabled (by_hand)');
    expect(await json(['webhooks', 'enable', id])).toMatchObject({ enabled: true });
  });

  test('a new secret and a removal ask first', async () => {
    await expectToAsk(
      ['webhooks', 'rotate-secret', id],
      `Create a new signing secret for ${hook}? In 24 hours the receiver must verify with the new one.`,
    );
    const made = await evergrant(['webhooks', 'rotate-secret', id, '--yes']);
    expect(made.out).toMatch(/^whsec_/);
    expect(made.err).toMatch(/The old one works until .* UTC \(in 2[34] hours\)\./);
    await expectToAsk(
      ['webhooks', 'remove', hook],
      `Remove ${hook} (${id})? It receives no more events, and its delivery log is deleted.`,
    );
    expect((await evergrant(['webhooks', 'remove', hook], { answer: 'y' })).out).toBe(`Removed ${hook}.\n`);
    expect((await json(['webhooks', 'list'])).data).toEqual([]);
  });
});

describe('deliveries', () => {
  let endpoint: string;
  let id: string;
  /** Three to the endpoint and one by email, a second apart, all failed but the first. */
  beforeAll(async () => {
    ({ id } = await stack.connect('delivered', { start: false }));
    endpoint = idIn((await evergrant(['webhooks', 'add', hook])).err);
    await stack.pool.query(
      `with told as (
         insert into events (id, type, at, integration_id, data)
         select 'evt_' || n, 'token.refreshed', now(), $2, '{}' from generate_series(1, 4) n
         returning id, seq)
       insert into deliveries (id, kind, event_id, event_type, event_seq, integration_id, endpoint_id, status,
         attempts, last_status, last_error, next_attempt_at, created_at, ended_at)
       select 'dlv_' || n, case when n < 4 then 'webhook' else 'email' end, id, 'token.refreshed', seq,
         case when n < 3 then $2 end, case when n < 4 then $1 end, case when n = 1 then 'delivered' else 'failed' end,
         n, 500, case when n = 3 then 'refused' end, now(), now() + n * interval '1 s', now()
       from (select *, row_number() over (order by seq) as n from told) numbered`,
      [endpoint, id],
    );
  });
  const ids = async (...args: string[]) =>
    ((await json(['deliveries', 'list', ...args])) as { data: { id: string }[] }).data.map((row) => row.id);

  test('are listed newest first, by status, endpoint and integration', async () => {
    expect(await ids()).toEqual(['dlv_4', 'dlv_3', 'dlv_2', 'dlv_1']);
    expect(await ids('--status', 'failed')).toEqual(['dlv_4', 'dlv_3', 'dlv_2']);
    expect(await ids('--endpoint', endpoint)).toEqual(['dlv_3', 'dlv_2', 'dlv_1']);
    expect(await ids('--integration', '@delivered', '--limit', '1')).toEqual(['dlv_2']);
    const { out, err } = await evergrant(['deliveries', 'list', '--limit', '3']);
    expect(out.split('\n')[0]).toMatch(/^CREATED +TYPE +TO +STATUS +ATTEMPTS +RESULT +ID$/);
    expect(out).toMatch(
      new RegExp(`UTC {2}token.refreshed +${endpoint} +failed +3 +500 refused +dlv_3$`, 'm'),
    );
    expect(err).toBe('Older deliveries: use a higher --limit.\n');
    expect((await evergrant(['deliveries', 'list', '--status', 'lost'])).code).toBe(2);
  });

  test('one is shown, or said not to exist', async () => {
    expect(await json(['deliveries', 'show', 'dlv_2'])).toEqual((await api.get('/v1/deliveries/dlv_2')).body);
    const { out } = await evergrant(['deliveries', 'show', 'dlv_2']);
    expect(out).toMatch(
      new RegExp(`^token.refreshed {2}failed\\n[^]*integration +${id}\\n {2}attempts +2\\n`),
    );
    const unknown = await evergrant(['deliveries', 'show', 'dlv_0']);
    expect([unknown.code, unknown.err]).toEqual([1, 'error: This delivery does not exist.\n']);
  });

  test('one is sent again, or all that failed, but not to a disabled endpoint', async () => {
    expect((await evergrant(['deliveries', 'retry'])).code).toBe(2);
    expect((await evergrant(['deliveries', 'retry', 'dlv_1', '--all-failed'])).code).toBe(2);
    expect((await evergrant(['deliveries', 'retry', 'dlv_1'])).out).toBe('dlv_1 is pending again.\n');
    const of = ['--integration', id];
    expect(await json(['deliveries', 'retry', '--all-failed', ...of])).toEqual({
      redelivered: 1,
      hasMore: false,
    });
    expect(await ids('--status', 'waiting')).toEqual(['dlv_2', 'dlv_1']);
    await evergrant(['webhooks', 'disable', endpoint, '--yes']);
    expect((await evergrant(['deliveries', 'retry', '--all-failed'])).out).toBe(
      '1 delivery is pending again.\n',
    );
    expect(await ids('--status', 'failed')).toEqual(['dlv_3']);
    expect((await evergrant(['deliveries', 'retry', '--all-failed'])).out).toBe('No failed deliveries.\n');
    const { data } = (await api.get('/v1/audit-log?action=delivery.redeliver')).body;
    expect(data).toMatchObject([
      { integrationId: null, target: null, changes: { failedDeliveries: 1 } },
      { integrationId: id, target: null, changes: { failedDeliveries: 1 } },
      { integrationId: id, target: 'dlv_1' },
    ]);
  });
});

describe('mail', () => {
  test('shows how it is set up, without credentials', async () => {
    expect(await json(['mail'])).toEqual({
      configured: true,
      server: mailbox.url,
      from: 'Shopdesk <notices@shopdesk.example>',
      operatorEmail: 'ops@shopdesk.example',
    });
    expect((await evergrant(['mail'])).out).toMatch(
      /^Email is on\.\n {2}server +smtp:[^]* {2}operators +ops@/,
    );
    const { about, close } = mailerTo('smtps://user:secret@mail.example.com:465?pool=true');
    close();
    expect(about.server).toBe('smtps://mail.example.com:465');
  });

  test('sends a test email, and says why it could not', async () => {
    const sent = await evergrant(['mail', 'test', 'me@shop.example']);
    expect([sent.code, sent.out]).toEqual([
      0,
      'The mail server accepted the test email to me@shop.example.\n',
    ]);
    expect(mailbox.mails).toHaveLength(1);
    mailbox.refuse = () => ({ code: 550, text: 'no' });
    const refused = await evergrant(['mail', 'test', 'me@shop.example', '--json']);
    expect([refused.code, refused.err]).toEqual([1, 'error: The mail server refused the recipient (550).\n']);
    expect(JSON.parse(refused.out)).toMatchObject({ delivered: false, error: { code: 'refused' } });
    const odd = await evergrant(['mail', 'test', 'nobody']);
    expect([odd.code, odd.err]).toEqual([1, expect.stringContaining('to must be')]);
  });
});

test('a contact is shown, set and removed', async () => {
  const { id } = await stack.connect('contacted', { start: false });
  expect((await evergrant(['contact', id])).out).toBe('@contacted has no contact. Emails go to operators.\n');
  const set = await evergrant(['contact', '@contacted', 'jo@shop.example']);
  expect(set.out).toBe('Emails about @contacted go to jo@shop.example from now on.\n');
  expect(await json(['contact', id])).toMatchObject({ id, contact: { email: 'jo@shop.example' } });
  expect((await evergrant(['contact', id])).out).toBe('jo@shop.example\n');
  const odd = await evergrant(['contact', id, 'jo']);
  expect([odd.code, odd.err]).toEqual([1, expect.stringContaining('contact.email must be')]);
  expect((await evergrant(['contact', id, 'jo@shop.example', '--remove'])).code).toBe(2);
  expect(await json(['contact', id, '--remove'])).toMatchObject({ contact: null });
});

test('what gives access besides keys says what stops working, and asks first', async () => {
  const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'asked' });
  const { id } = body.integration;
  const { body: token } = await api.post('/v1/embed-tokens', { ownerRef: 'asked' });
  await api.browser().request('POST', '/console/sign-in', {
    headers: { origin: api.url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ key: API_KEY }).toString(),
  });
  const only = async (path: string) => (await api.get(path)).body.data[0].id;
  const link = await only(`/v1/connect-links?integrationId=${id}`);
  const session = await only('/v1/console-sessions');
  await expectToAsk(
    ['embed-tokens', 'revoke', token.id],
    `Revoke the embed token of asked (${token.id})? The banner on pages with it stops updating until they fetch a new one, and connect links made with it stop working.`,
  );
  await expectToAsk(
    ['connect-links', 'revoke', link],
    `Revoke the connect link of asked (${link}, for ${id})? It stops working at once. The owner needs a new one to connect.`,
  );
  await expectToAsk(
    ['connect-links', 'revoke', '--integration', id],
    `Revoke all connect links of ${id} (${id}, owner asked)? Those in events and emails stop working, too. The owner needs a new one to connect.`,
  );
  await expectToAsk(
    ['console-sessions', 'end', session],
    `End the console session of bootstrap (${session}, 127.0.0.1)? The person is signed out at once.`,
  );
  expect(await only('/v1/embed-tokens')).toBe(token.id);
  expect(await only(`/v1/connect-links?integrationId=${id}`)).toBe(link);
  expect(await only('/v1/console-sessions')).toBe(session);
  expect((await evergrant(['embed-tokens', 'revoke', token.id], { answer: 'y' })).code).toBe(0);
});

test('revoking an API key names it and asks first', async () => {
  const { body } = await api.post('/v1/api-keys', { name: 'inbox', scopes: ['read'] });
  await expectToAsk(
    ['api-keys', 'revoke', body.id],
    `Revoke the API key inbox (${body.id})? Programs that use it are refused at once. It was never used.`,
  );
  await api.as(body.key).get('/v1/fleet');
  await expectToAsk(
    ['api-keys', 'revoke', body.id],
    `Revoke the API key inbox (${body.id})? Programs that use it are refused at once. Last used now.`,
  );
  expect((await evergrant(['api-keys', 'revoke', body.id], { answer: 'yes' })).code).toBe(0);
});
