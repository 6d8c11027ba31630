import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { withTransaction } from '../../../adapters/postgres/pool';
import { beginIncident, endIncident, findOpenIncident } from '../../../adapters/postgres/incidents/incidents';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type TestApi, startApi } from '../../support/api';
import { type Mailbox, mailerTo, startMailbox } from '../../support/mailbox';
import { type Stack, grant, startStack } from '../../support/stack';
import { until } from '../../support/until';

const OPERATOR = 'ops@shopdesk.example';
let mailbox: Mailbox;
let stack: Stack;
let api: TestApi;
beforeAll(async () => {
  mailbox = await startMailbox();
  stack = await startStack({ deps: { mailer: mailerTo(mailbox.url), operatorEmail: OPERATOR } });
  api = await startApi(stack);
});
beforeEach(() => {
  mailbox.mails = [];
  mailbox.refuse = () => null;
});
afterEach(async () => {
  await stack.calm();
  await stack.pool.query('delete from dead_verdicts');
  const { rows } = await stack.pool.query<{ id: string }>(
    "select id from integrations where state <> 'disconnected'",
  );
  for (const { id } of rows) await api.delete(`/v1/integrations/${id}`);
});
afterAll(async () => {
  await api.stop();
  await stack.stop();
  await mailbox.stop();
});

/** A connected account whose owner is told. */
async function shop(name: string, contact = true) {
  const row = await stack.connect(name);
  // Old enough for one look to prove that its token is dead.
  await stack.travel.advance(2 * DAY_MS);
  if (contact) await api.patch(`/v1/integrations/${row.id}`, { contact: { email: addressOf(name) } });
  return row;
}
const addressOf = (name: string) => `${name}@shop.example`;
const to = (address: string) =>
  mailbox.mails.filter(({ to: recipients }) => [recipients].flat()[0]?.text === address);
const subjectsTo = (address: string) => to(address).map(({ subject }) => subject);
const mailsOf = async (id: string, status = '') =>
  (await api.get(`/v1/deliveries?integrationId=${id}${status && `&status=${status}`}`)).body.data;

/** Instagram says that the token is dead, and why. */
async function kill(name: string, subcode = 460): Promise<void> {
  const id = await idOf(name);
  stack.simulator.invalidate(name, subcode);
  const { version } = await stack.row(id);
  await stack.lifecycles.tokenRejected(id, { version, code: 190, subcode, source: 'test' });
  await until(async () => (await stack.row(id)).state === 'expired');
}
async function idOf(name: string): Promise<string> {
  const { rows } = await stack.pool.query('select id from integrations where username = $1', [name]);
  return rows[0].id;
}
async function reconnect(name: string): Promise<void> {
  const id = await idOf(name);
  await grant(stack.deps, await stack.row(id), name, stack.simulator);
  await stack.lifecycles.rowChanged(id);
  await until(async () => (await stack.lifecycles.status(id)).facts?.state === 'active');
}

test('an owner is notified five minutes after expiry, by one mail with one reconnect link', async () => {
  const { id } = await shop('ended');
  await kill('ended');
  await stack.travel.advance(4 * MINUTE_MS);
  expect(mailbox.mails).toEqual([]);
  await stack.travel.advance(2 * MINUTE_MS);
  const [mail] = to(addressOf('ended'));
  expect(mailbox.mails).toHaveLength(1);
  expect(mail).toMatchObject({
    subject: 'Shopdesk: the connection to @ended has ended',
    from: { text: '"Shopdesk" <notices@shopdesk.example>' },
  });
  const [delivery] = await mailsOf(id);
  expect(mail!.messageId).toBe(`<${delivery.id}@shopdesk.example>`);
  expect(mail!.headers.get('x-evergrant-delivery')).toBe(delivery.id);
  expect(mail!.headers.get('auto-submitted')).toBe('auto-generated');
  expect(delivery).toMatchObject({ kind: 'email', status: 'delivered', audience: 'owner', endpointId: null });
  expect(mail!.text).toContain('changed its Instagram password');
  for (const part of [mail!.text!, String(mail!.html)]) {
    const links = part.match(/https?:\/\/[^\s"<]+/g) ?? [];
    expect(links).toHaveLength(1);
    const path = links[0]!.replace(stack.deps.site.publicUrl, '');
    expect((await api.as(null).get(path)).status).toBe(200);
    expect(part).not.toMatch(/IGAA|<img|src=|@import|url\(/);
  }
  await stack.travel.advance(12 * HOUR_MS);
  expect(mailbox.mails).toHaveLength(1);
});

test('a connection restored within five minutes sends no mail, nor one about the recovery', async () => {
  const { id } = await shop('quick');
  await kill('quick');
  await reconnect('quick');
  await stack.travel.advance(HOUR_MS);
  expect(mailbox.mails).toEqual([]);
  expect((await mailsOf(id)).map((one: object) => pick(one))).toEqual([
    ['integration.reconnected', 'skipped', 'No notification about the problem was sent.'],
    ['integration.expired', 'skipped', 'The problem was resolved before the notification was due.'],
  ]);
});
const pick = (one: object) => {
  const { type, status, lastError } = one as { type: string; status: string; lastError: string };
  return [type, status, lastError];
};

test('two expiries within five minutes send one mail', async () => {
  await shop('twice');
  await kill('twice');
  await reconnect('twice');
  await stack.travel.advance(2 * MINUTE_MS);
  await stack.pool.query('delete from dead_verdicts');
  await kill('twice');
  await stack.travel.advance(HOUR_MS);
  expect(subjectsTo(addressOf('twice'))).toEqual(['Shopdesk: the connection to @twice has ended']);
});

test('reminders follow, and one mail when the connection works again', async () => {
  const { id } = await shop('reminded');
  await kill('reminded');
  await stack.travel.advance(3 * DAY_MS + HOUR_MS);
  expect(subjectsTo(addressOf('reminded'))).toEqual([
    'Shopdesk: the connection to @reminded has ended',
    'Shopdesk: @reminded is still not connected',
    'Shopdesk: @reminded is still not connected',
  ]);
  await reconnect('reminded');
  await stack.travel.advance(HOUR_MS);
  expect(subjectsTo(addressOf('reminded')).slice(3)).toEqual(['Shopdesk: @reminded is connected again']);
  expect(to(addressOf('reminded')).at(-1)!.text).not.toMatch(/https?:/);
  await stack.travel.advance(48 * DAY_MS);
  expect((await stack.row(id)).state).toBe('active');
  expect(to(addressOf('reminded'))).toHaveLength(4);
}, 60_000);

test('a token about to expire is reported, and so is its refresh after all', async () => {
  await shop('nearing');
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'nearing' }, status: 503 });
  await stack.travel.advance(54 * DAY_MS);
  const [mail] = to(addressOf('nearing'));
  expect(mail?.subject).toMatch(/^Shopdesk: the connection to @nearing expires in \d days$/);
  expect(mail!.text!.match(/https?:/g)).toHaveLength(1);
  stack.simulator.clearFaults();
  await stack.travel.advance(DAY_MS);
  expect(subjectsTo(addressOf('nearing')).slice(1)).toEqual(['Shopdesk: @nearing is connected again']);
}, 60_000);

test('without a contact the operators are notified, with the owner; without both no mail is sent', async () => {
  const { id } = await shop('nobodys', false);
  await kill('nobodys');
  await stack.travel.advance(10 * MINUTE_MS);
  const [mail] = to(OPERATOR);
  expect(mailbox.mails).toHaveLength(1);
  expect(mail!.text).toContain(`connection ${id} of “owner-1”`);
  expect(mail!.text!.match(/https?:/g)).toHaveLength(1);
  expect((await mailsOf(id))[0]).toMatchObject({ audience: 'operators', status: 'delivered' });
});

test('while a login needs confirmation its owner is notified once, can check again, and is notified when it works', async () => {
  const { id } = await shop('checked');
  stack.simulator.invalidate('checked', 490);
  await api.post(`/v1/integrations/${id}/recheck`);
  expect((await stack.row(id)).state).toBe('recovering');
  await stack.travel.advance(DAY_MS);
  const [mail, ...more] = to(addressOf('checked'));
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ subject: 'Shopdesk: action required on Instagram for @checked' });
  expect(mail!.text).toContain('Open the Instagram app and follow its steps. Then select the button below');
  const [link] = mail!.text!.match(/https?:\S+/g) ?? [];
  const path = new URL(link ?? '').pathname;
  expect((await api.browser().get(path)).body).toContain(`action="${path}/check"`);

  stack.simulator.restore('checked');
  expect((await api.browser().request('POST', `${path}/check`)).body).toContain('Connection restored');
  await stack.travel.advance(10 * MINUTE_MS);
  expect(subjectsTo(addressOf('checked'))).toEqual([
    'Shopdesk: action required on Instagram for @checked',
    'Shopdesk: @checked is connected again',
  ]);
});

test('what the owner has resolved on Instagram within five minutes sends no mail', async () => {
  const { id } = await shop('swift');
  stack.simulator.invalidate('swift', 490);
  await api.post(`/v1/integrations/${id}/recheck`);
  await stack.travel.advance(MINUTE_MS);
  stack.simulator.restore('swift');
  expect((await api.post(`/v1/integrations/${id}/recheck`)).body.outcome).toBe('verified_ok');
  await stack.travel.advance(HOUR_MS);
  expect(mailbox.mails).toEqual([]);
});

test('an incident is reported to operators alone, its start and end once each, and owners get nothing caused by it', async () => {
  const { id } = await shop('held');
  const app = await stack.row(id);
  await kill('held');
  const now = () => stack.simulator.clock.now();
  await withTransaction(stack.pool, (db) => beginIncident(db, app, 'app_level', now()));
  await stack.travel.advance(2 * HOUR_MS);
  expect(mailbox.mails.map(({ subject, text }) => [subject, /https?:/.test(text ?? '')])).toEqual([
    ['Shopdesk: Instagram refuses many connections at once', false],
  ]);
  expect((await mailsOf(id))[0]).toMatchObject({
    status: 'waiting',
    attempts: 0,
    lastError: 'An incident affects the whole app.',
  });
  const incident = (await findOpenIncident(stack.pool, app))!;
  await withTransaction(stack.pool, (db) => endIncident(db, incident, now()));
  await stack.travel.advance(HOUR_MS);
  expect(subjectsTo(OPERATOR)).toEqual([
    'Shopdesk: Instagram refuses many connections at once',
    'Shopdesk: the Instagram incident has ended',
  ]);
  // It has really ended.
  expect(subjectsTo(addressOf('held'))).toEqual(['Shopdesk: the connection to @held has ended']);
});

test('an incident that ends within five minutes sends no mail', async () => {
  const app = await stack.row(await idOf('held'));
  const now = () => stack.simulator.clock.now();
  await withTransaction(stack.pool, (db) => beginIncident(db, app, 'app_level', now()));
  const incident = (await findOpenIncident(stack.pool, app))!;
  await withTransaction(stack.pool, (db) => endIncident(db, incident, now()));
  await stack.travel.advance(HOUR_MS);
  expect(mailbox.mails).toEqual([]);
});

/** Somebody has changed what is stored, and somebody notices. */
async function damage(id: string): Promise<void> {
  await stack.pool.query(
    "update token_versions set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where integration_id = $1 and stage = 'current'",
    [id],
  );
  expect((await api.get(`/v1/integrations/${id}/token`)).body.code).toBe('decrypt_failed');
}

test('a stored token that cannot be decrypted is reported to operators, at most once per hour', async () => {
  const rows = [await shop('broken_a'), await shop('broken_b')];
  for (const { id } of rows) await damage(id);
  await stack.travel.advance(30 * MINUTE_MS);
  expect(mailbox.mails.map(({ to: recipients }) => [recipients].flat()[0]?.text)).toEqual([OPERATOR]);
  expect(mailbox.mails[0]).toMatchObject({
    subject: expect.stringMatching(/the stored token of @broken_. could not be decrypted/),
  });
  const log = await Promise.all(rows.map(async ({ id }) => (await mailsOf(id))[0]));
  expect(log.map(({ status }) => status).sort()).toEqual(['delivered', 'skipped']);
});

test('one that was fixed in time does not suppress another', async () => {
  const rows = [await shop('mended'), await shop('still_broken')];
  await stack.travel.advance(HOUR_MS);
  mailbox.refuse = () => ({ code: 451, text: 'not now' });
  for (const { id } of rows) await damage(id);
  await stack.travel.advance(6 * MINUTE_MS);
  mailbox.refuse = () => null;
  await reconnect('mended');
  await stack.travel.advance(30 * MINUTE_MS);
  expect(subjectsTo(OPERATOR)).toEqual([
    'Shopdesk: the stored token of @still_broken could not be decrypted',
  ]);
});

test('a disabled webhook endpoint is reported to operators', async () => {
  const { id: endpointId } = (
    await api.post('/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/secret-path', events: ['*'] })
  ).body;
  await stack.pool.query("update webhook_endpoints set failing_since = now() - interval '3650 days'");
  await shop('telling');
  await until(async () =>
    (await api.get('/v1/webhook-endpoints')).body.data.some((one: { enabled: boolean }) => !one.enabled),
  );
  await stack.travel.advance(10 * MINUTE_MS);
  expect(subjectsTo(OPERATOR)).toEqual(['Shopdesk: webhooks to 127.0.0.1:9 were disabled']);
  expect(to(OPERATOR)[0]!.text).not.toContain('secret-path');
  await api.delete(`/v1/webhook-endpoints/${endpointId}`);
});

test('a mail server that says "later" is asked again, and one that refuses the recipient is not', async () => {
  mailbox.refuse = () => ({ code: 451, text: 'greylisted, shop@secret.example' });
  const { id } = await shop('greylisted');
  await kill('greylisted');
  await stack.travel.advance(6 * MINUTE_MS);
  expect((await mailsOf(id, 'waiting'))[0]).toMatchObject({
    attempts: expect.any(Number),
    lastStatus: 451,
    lastError: 'The mail server is temporarily unavailable (451).',
  });
  mailbox.refuse = () => null;
  await stack.travel.advance(HOUR_MS);
  expect(to(addressOf('greylisted'))).toHaveLength(1);

  await stack.pool.query('delete from dead_verdicts');
  mailbox.refuse = () => ({ code: 550, text: '5.1.1 <unknown@shop.example> who is that?' });
  const { id: other } = await shop('unknown');
  await kill('unknown');
  await stack.travel.advance(6 * MINUTE_MS);
  const [failed] = await mailsOf(other);
  expect(failed).toMatchObject({
    status: 'failed',
    attempts: 1,
    lastStatus: 550,
    lastError: 'The mail server refused the recipient (550).',
  });
  mailbox.refuse = () => null;
  await api.post(`/v1/deliveries/${failed.id}/redeliver`);
  await until(() => to(addressOf('unknown')).length === 1);
  expect(to(addressOf('unknown'))[0]!.messageId).toContain(failed.id);
});

test('a test mail shows whether mails arrive', async () => {
  const send = async (address: string) => (await api.post('/v1/mail-test', { to: address })).body;
  expect(await send('me@shop.example')).toEqual({ delivered: true, error: null });
  expect(subjectsTo('me@shop.example')).toEqual(['Shopdesk: test email']);
  mailbox.refuse = () => ({ code: 550, text: 'no' });
  expect(await send('me@shop.example')).toEqual({
    delivered: false,
    error: { code: 'refused', text: 'The mail server refused the recipient (550).' },
  });
  for (const bad of ['me@shop.example, you@shop.example', 'a@b.example\r\nBcc: c@d.example', 'x'])
    expect((await api.post('/v1/mail-test', { to: bad })).status).toBe(400);
  const away = await startApi(stack, { mailer: mailerTo('smtp://127.0.0.1:9') });
  expect((await away.post('/v1/mail-test', { to: 'me@shop.example' })).body.error.code).toBe('unreachable');
  await away.stop();
  const none = await startApi(stack, { mailer: null });
  expect((await none.post('/v1/mail-test', { to: 'me@shop.example' })).body.error.code).toBe(
    'not_configured',
  );
  await none.stop();
});

test('no history in Temporal holds an address or a link', async () => {
  let lanes = 0;
  for await (const { workflowId, runId } of stack.client.workflow.list({
    query: "WorkflowType = 'DeliverEvent'",
  })) {
    const history = historyToJSON(await stack.client.workflow.getHandle(workflowId, runId).fetchHistory());
    const data = [...history.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)];
    const text =
      history + data.map(([, payload = '']) => Buffer.from(payload, 'base64').toString()).join('\n');
    expect(text).not.toMatch(/shop(desk)?\.example|connect\//);
    lanes += 1;
  }
  expect(lanes).toBeGreaterThan(5);
});

test.each([
  [10, addressOf('silent.10'), '@silent.10 does not share its messages', true],
  [3, OPERATOR, 'the app lacks access to messages', false],
])(
  'messages that are refused with %d are mailed once, to who can change it',
  async (code, address, subject, hasLink) => {
    const name = `silent.${code}`;
    const { id } = await shop(name);
    mailbox.mails = [];
    stack.simulator.addFault({ match: { path: '/me/conversations' }, status: 400, error: { code } });
    for (let n = 0; n < 4; n++) await api.get(`/v1/integrations/${id}/conversations`);
    await stack.travel.advance(6 * MINUTE_MS);
    expect(mailbox.mails.map(({ subject: text }) => text)).toEqual([`Shopdesk: ${subject}`]);
    const [mail] = to(address);
    expect(mail?.text?.includes('/connect/')).toBe(hasLink);
  },
);

test('messages that work again within five minutes are not mailed', async () => {
  const { id } = await shop('flaky');
  mailbox.mails = [];
  stack.simulator.addFault({
    match: { path: '/me/conversations' },
    times: 3,
    status: 400,
    error: { code: 10 },
  });
  for (let n = 0; n < 3; n++) await api.get(`/v1/integrations/${id}/conversations`);
  expect((await stack.events(id)).filter((type) => type === 'capability.changed')).toHaveLength(1);
  await grant(stack.deps, await stack.row(id), 'flaky', stack.simulator);
  await stack.travel.advance(10 * MINUTE_MS);
  expect(mailbox.mails).toEqual([]);
});
