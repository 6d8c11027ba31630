import { randomBytes } from 'node:crypto';
import { type Everything } from '../support/everything';
import { until } from '../support/until';
import { type Recorder } from './recorder';

export const USERNAME = 'canary_shop';
export const TEXTS = {
  sent: 'Canary sends “crème brûlée” & <b>7f3b9c</b>, 12 € each',
  received: 'Canary asks: where is order #7f3b9c-é? "soon"',
  reported: 'Canary report 7f3b9c: Error validating token 7f3b9c',
};
/** An operator, after whom a key is named. */
export const PERSON = 'alice.7f3b9c@corp.example';
export const EMAIL = 'canary.7f3b9c@shopdesk.example';

interface Travellers {
  everything: Everything;
  recorder: Recorder;
  sink: { url: string };
  /** Called with the integration's id before the sandbox's time leaves that of the machine. */
  beforeTimeMoves(id: string): Promise<void>;
}

/** Everything that a deployment lives through in two months, with things that go wrong. @returns the integration's id */
export async function journey({ everything, recorder, sink, beforeTimeMoves }: Travellers): Promise<string> {
  const admin = recorder.client(everything.key());
  const sim = simulatorOf(everything);
  await sim('POST', '/accounts', { username: USERNAME, conversations: 3 });

  const id = await connect(admin, recorder, sim);
  await operatorSignsIn(admin, recorder, everything);
  const inbox = await keyOf(admin, recorder, ['message', 'token', 'read', 'operate']);
  await useInbox(inbox, sim, id);
  await embed(inbox, recorder, id);
  await listen(admin, recorder, sink);
  await beforeTimeMoves(id);
  await inbox('POST', `/v1/integrations/${id}/recheck`, { body: {} });
  await liveOn(admin, recorder, sim, id);
  await tryForgeries(recorder, id);
  await sayFarewell(admin, recorder, sim, everything);
  return id;
}

type Client = ReturnType<Recorder['client']>;
type Control = (method: string, path: string, body?: unknown) => Promise<{ [name: string]: unknown }>;

export function simulatorOf({ simulator }: Everything): Control {
  return async (method, path, body) => {
    const response = await fetch(`${simulator}/_sim${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { [name: string]: unknown };
  };
}

async function keyOf(admin: Client, recorder: Recorder, scopes: string[]): Promise<Client> {
  const { body } = await admin('POST', '/v1/api-keys', { body: { name: PERSON, scopes }, handsOut: true });
  recorder.keep('api key', body.key);
  return recorder.client(body.key);
}

async function connect(admin: Client, recorder: Recorder, sim: Control): Promise<string> {
  const { body } = await admin('POST', '/v1/integrations', {
    body: { provider: 'instagram', ownerRef: 'canary', contact: { email: EMAIL } },
    handsOut: true,
  });
  await consent(recorder, sim, body.connectUrl);
  return body.integration.id;
}

/** The owner's way through all pages, with every secret on it noted. */
async function consent(recorder: Recorder, sim: Control, link: string): Promise<void> {
  recorder.keep('link', link.split('.').at(-1));
  const owner = recorder.client(null);
  await owner('GET', link);
  await sim('POST', '/login', { account: USERNAME, decision: 'allow' });
  const begun = await owner('POST', link);
  const authorize = new URL(begun.headers.get('location') ?? '');
  recorder.keep('state', authorize.searchParams.get('state'));
  const back = await fetch(authorize, { redirect: 'manual' });
  const callback = new URL(back.headers.get('location') ?? '');
  recorder.keep('code', callback.searchParams.get('code')?.replace(/#_$/, ''));
  const done = await owner('GET', callback.href);
  if (done.status !== 200) throw new Error(`the round ended with ${done.status}`);
}

async function operatorSignsIn(admin: Client, recorder: Recorder, { api, key }: Everything): Promise<void> {
  const { body } = await admin('POST', '/v1/console-links', { handsOut: true });
  const path = new URL(body.url).pathname;
  recorder.keep('link', path.split('/').at(-1));
  const headers = { origin: api };
  const [byLink, byKey] = [recorder.client(null), recorder.client(null)];
  await byLink('POST', path, { headers, form: {} });
  await byKey('POST', '/console/sign-in', { headers, form: { key: key() } });
  await byKey('POST', '/console/sign-in', { headers, form: { key: `${key()}x` } });
  for (const operator of [byLink, byKey]) {
    if ((await operator('GET', '/console')).status !== 200) throw new Error('nobody is signed in');
  }
}

async function useInbox(inbox: Client, sim: Control, id: string): Promise<void> {
  await inbox('GET', `/v1/integrations/${id}/token`, { handsOut: true });
  const list = await inbox('GET', `/v1/integrations/${id}/conversations`, { handsOut: true });
  const [first] = list.body.data;
  await sim('POST', `/accounts/${USERNAME}/inbound`, { text: TEXTS.received });
  await inbox('GET', `/v1/integrations/${id}/conversations/${first.id}/messages`, { handsOut: true });
  const recipientId = first.participants.find((one: { username: string }) => one.username !== USERNAME).id;
  const body = { recipientId, text: TEXTS.sent };
  const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
  const sent = await inbox('POST', `/v1/integrations/${id}/messages`, { body, headers });
  if (sent.status !== 201) throw new Error(`the message was answered ${sent.status}`);
  await inbox('POST', `/v1/integrations/${id}/messages`, { body: { ...body, text: 'other' }, headers });
  await inbox('POST', `/v1/integrations/${id}/messages`, {
    body: { ...body, recipientId: '1' },
    headers: { 'idempotency-key': 'canary-nobody' },
  });
}

async function embed(inbox: Client, recorder: Recorder, id: string): Promise<void> {
  const { body } = await inbox('POST', '/v1/embed-tokens', { body: { ownerRef: 'canary' }, handsOut: true });
  recorder.keep('embed token', body.token);
  const page = recorder.client(body.token);
  const headers = { 'sec-fetch-site': 'same-origin' };
  await page('GET', `/v1/integrations/${id}`, { headers });
  await page('POST', `/v1/integrations/${id}/ensure-fresh`, { headers, body: {} });
  await page('GET', `/v1/integrations/${id}/token`, { headers });
}

async function listen(admin: Client, recorder: Recorder, sink: { url: string }): Promise<void> {
  const { body } = await admin('POST', '/v1/webhook-endpoints', {
    body: { url: sink.url, events: ['*'] },
    handsOut: true,
  });
  recorder.keep('api key', body.secret);
  await admin('POST', `/v1/webhook-endpoints/${body.id}/test`, { body: {} });
  const rotated = await admin('POST', `/v1/webhook-endpoints/${body.id}/rotate-secret`, { handsOut: true });
  recorder.keep('api key', rotated.body.secret);
  await admin('GET', '/v1/webhook-endpoints');
  await admin('POST', '/v1/mail-test', { body: { to: EMAIL } });
}

/** Refreshes, false alarms, an Instagram that says too much, an end, and a new beginning. */
async function liveOn(admin: Client, recorder: Recorder, sim: Control, id: string): Promise<void> {
  const path = `/v1/integrations/${id}`;
  const token = async () => (await admin('GET', `${path}/token`, { handsOut: true })).body;
  const advance = (seconds: number) => admin('POST', '/sandbox/advance', { body: { seconds } });
  const reject = async () =>
    admin('POST', `${path}/token-rejections`, {
      body: { version: (await token()).version, code: 190, subcode: 463, message: TEXTS.reported },
    });
  await reject();
  await advance(46 * 24 * 3600);

  // What Instagram says in its errors may hold what it was asked with.
  const { accessToken } = await token();
  const chatty = { code: 2, message: `An error occurred with access_token=${accessToken} and ${TEXTS.sent}` };
  await sim('POST', '/faults', { match: { path: '/me*' }, times: 4, status: 500, error: chatty });
  await admin('GET', `${path}/conversations`);
  await sim('POST', '/faults', {
    match: { path: '/me*' },
    times: 2,
    status: 200,
    body: `<html>${accessToken}`,
  });
  await admin('GET', `${path}/conversations`);
  await reject();
  await sim('DELETE', '/faults');
  await admin('POST', `${path}/recheck`, { body: {} });
  // Old enough to be refreshed, and no longer taken for alive by what was just seen.
  await advance(26 * 3600);
  await sim('POST', '/faults', { match: { path: '/refresh_access_token' }, times: 2, drop: 'after' });
  await admin('POST', `${path}/refresh`, { body: {} });
  await sim('DELETE', '/faults');

  await sim('POST', `/accounts/${USERNAME}/invalidate`, { subcode: 460 });
  await reject();
  // The refresh whose answer was lost is waited for first.
  await advance(3600);
  const over = await until(async () => {
    const { body } = await admin('GET', path, { handsOut: true });
    return body.state === 'expired' && body;
  });
  await admin('GET', `${path}/token`);
  await advance(8 * 24 * 3600);
  await consent(recorder, sim, over.reconnectUrl);
  await admin('GET', '/v1/events', {});
  await admin('GET', '/v1/deliveries?limit=200');
  await admin('GET', `${path}/events`);
  await admin('GET', '/v1/fleet');
  await admin('GET', '/v1/api-keys');
  await admin('GET', '/v1/audit-log?limit=200');
  await admin('GET', '/v1/token-uses?keyId=bootstrap');
  await admin('GET', '/openapi.json');
}

/** Real secrets in wrong places. */
async function tryForgeries(recorder: Recorder, id: string): Promise<void> {
  const secret = `IGAA${randomBytes(24).toString('base64url')}`;
  recorder.keep('token', secret);
  const stranger = recorder.client(secret);
  await stranger('GET', `/v1/integrations/${id}/token`);
  await stranger('GET', `/connect/${secret}`);
  await stranger('GET', `/oauth/instagram/callback?code=${secret}&state=${secret}`);
  await stranger('POST', `/v1/integrations/${secret}`, { body: `{"broken": "${secret}` });
  const form = { signed_request: `${secret}.${secret}` };
  await stranger('POST', '/callbacks/instagram/deauthorize', { form });
  await stranger('POST', '/callbacks/instagram/data-deletion', { form });
  await stranger('POST', '/callbacks/instagram/webhooks', { body: { text: secret } });
  await stranger(
    'GET',
    `/callbacks/instagram/webhooks?hub.mode=subscribe&hub.verify_token=${secret}&hub.challenge=1`,
  );
}

async function sayFarewell(
  admin: Client,
  recorder: Recorder,
  sim: Control,
  { key }: Everything,
): Promise<void> {
  const given = recorder.client(key());
  const secret = `IGAA${randomBytes(24).toString('base64url')}`;
  recorder.keep('token', secret);
  await given('POST', '/v1/integrations', {
    body: { provider: 'instagram', ownerRef: 'canary', grant: { accessToken: secret } },
  });
  const { body } = await admin('POST', '/v1/integrations', {
    body: { provider: 'instagram', ownerRef: 'leaver' },
    handsOut: true,
  });
  recorder.keep('link', body.connectUrl.split('.').at(-1));
  await admin('DELETE', `/v1/integrations/${body.integration.id}`);
  await sim('POST', `/accounts/${USERNAME}/deauthorize`, {});
}
