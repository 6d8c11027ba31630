import { refreshToken } from '../../../activities/lifecycle/refresh-token';
import { storeGrant } from '../../../adapters/postgres/integrations/grants';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { openTemporal } from '../../../adapters/temporal/connect';
import { createLifecycleClient } from '../../../client/lifecycle-client';
import { Secret } from '../../../core/access/secret';
import { DAY_MS, SECOND_MS } from '../../../core/time';
import { type TestApi, type Verbs, startApi, useApi } from '../../support/api';
import { PREVIOUS_SECRET, caller, signedRequest, withCallbacks } from '../../support/callbacks';
import { type Stack, grant } from '../../support/stack';
import { until } from '../../support/until';
import { withoutWaiting } from '../../support/without-waiting';

let stack: Stack;
let api: TestApi;
let instagram: ReturnType<typeof caller>;
useApi((started) => ({ stack, api } = started), {
  api: (stack) => ({ instagram: withCallbacks(stack.instagram) }),
});
beforeAll(() => {
  instagram = caller(stack, api);
});

const show = async (id: string) => (await api.get(`/v1/integrations/${id}`)).body;
const expirations = async (id: string) =>
  (await stack.events(id)).filter((type) => type === 'integration.expired').length;
async function tokens(id: string): Promise<number> {
  const { rowCount } = await stack.pool.query('select 1 from token_versions where integration_id = $1', [id]);
  return rowCount ?? 0;
}
const scopedIdOf = async (id: string) =>
  (
    await stack.pool.query<{ account_scoped_id: string }>(
      'select account_scoped_id from integrations where id = $1',
      [id],
    )
  ).rows[0]!.account_scoped_id;
const deauthorization = async (row: Integration, secondsAgo = 0) =>
  (await instagram.ask('deauthorize', instagram.about(row.accountId, secondsAgo))).status;
/** A new grant, of which the lifecycle is told. */
async function comesBack(id: string, username: string): Promise<void> {
  await grant(stack.deps, await stack.row(id), username, stack.simulator);
  await stack.lifecycles.rowChanged(id);
}
/** The row but for how far its lifecycle has read it. */
async function kept(id: string) {
  const { lifecycleRevision: _, ...row } = await stack.row(id);
  return { ...row, tokens: await tokens(id) };
}

describe('an owner removes the app', () => {
  test.each([
    ['the professional account id', async (row: Integration) => row.accountId],
    ['the app-scoped id', async (row: Integration) => scopedIdOf(row.id)],
  ])(
    'named by %s: the token is erased, the lifecycle shows why, and one event reports it',
    async (name, idOf) => {
      const row = await stack.connect(name.replaceAll(' ', '.'));
      await until(async () => (await stack.lifecycles.status(row.id)).facts?.state === 'active');
      const answer = await instagram.ask('deauthorize', instagram.about(await idOf(row)));
      expect(answer.status).toBe(200);

      expect(await tokens(row.id)).toBe(0);
      expect(await stack.row(row.id)).toMatchObject({
        state: 'expired',
        reason: 'deauthorized',
        grantNo: row.grantNo + 1,
      });
      expect((await api.get(`/v1/integrations/${row.id}/token`)).body).toMatchObject({
        code: 'reconnect_required',
        reason: 'deauthorized',
        reconnectUrl: expect.any(String),
      });
      expect((await show(row.id)).banner.text).toContain('removed Shopdesk on Instagram.');
      expect(await stack.events(row.id)).toEqual(['integration.connected', 'integration.expired']);
      await until(async () => {
        const { facts } = await stack.lifecycles.status(row.id);
        return facts?.state === 'expired' && facts.reason === 'deauthorized';
      });
      const shown = await stack.deps.lifecycles.handle(row.id).describe();
      expect(shown.searchAttributes).toMatchObject({
        EvergrantState: ['expired'],
        EvergrantReason: ['deauthorized'],
      });
    },
  );

  test('the secret before still signs', async () => {
    const row = await stack.connect('former.secret');
    const answer = await instagram.ask('deauthorize', instagram.about(row.accountId), PREVIOUS_SECRET);
    expect([answer.status, (await stack.row(row.id)).reason]).toEqual([200, 'deauthorized']);
  });

  test('reminders go on, and a new grant ends it all', async () => {
    const row = await stack.connect('comes.back');
    await deauthorization(row);
    await stack.travel.advance(1 * DAY_MS + SECOND_MS);
    expect(await stack.events(row.id)).toEqual([
      'integration.connected',
      'integration.expired',
      'integration.reminder',
    ]);
    await comesBack(row.id, 'comes.back');
    expect(await show(row.id)).toMatchObject({ state: 'active', reason: null, usable: true });
  });

  test('a recheck asks Instagram nothing more', async () => {
    const row = await stack.connect('over');
    await deauthorization(row);
    const calls = () => stack.simulator.requests().filter((call) => call.account === row.accountId).length;
    const before = calls();
    const { body } = await api.post(`/v1/integrations/${row.id}/recheck`);
    expect([body.outcome, body.integration.reason]).toEqual(['expired', 'deauthorized']);
    expect(calls()).toBe(before);
  });

  test('a connection expired for another reason loses its token, and the new reason is reported', async () => {
    const row = await stack.connect('doubly.lost');
    stack.simulator.clock.advance(2 * DAY_MS);
    stack.simulator.invalidate('doubly.lost', 460);
    await api.post(`/v1/integrations/${row.id}/recheck`);
    expect((await stack.row(row.id)).reason).toBe('password_changed');
    expect(await tokens(row.id)).toBeGreaterThan(0);
    const { expiredAt, nextReminderAt } = await stack.row(row.id);
    await deauthorization(row);
    expect(await stack.row(row.id)).toMatchObject({ reason: 'deauthorized', expiredAt, nextReminderAt });
    expect([await tokens(row.id), await expirations(row.id)]).toEqual([0, 2]);
  });

  test('what a rejection already reported is not reported again', async () => {
    const row = await stack.connect('twice.told');
    stack.simulator.clock.advance(2 * DAY_MS);
    stack.simulator.invalidate('twice.told', 458);
    await api.post(`/v1/integrations/${row.id}/recheck`);
    expect((await stack.row(row.id)).reason).toBe('deauthorized');
    await deauthorization(row);
    expect([await tokens(row.id), await expirations(row.id)]).toEqual([0, 1]);
  });
});

describe('nothing changes by a request that', () => {
  let row: Integration;
  beforeAll(async () => {
    row = await stack.connect('steadfast');
  });

  const bad: [string, () => string][] = [
    ['is signed by another secret', () => signedRequest(instagram.about(row.accountId), 'unknown')],
    [
      'is of another algorithm',
      () => signedRequest({ ...instagram.about(row.accountId), algorithm: 'HMAC-SHA1' }, instagram.secret),
    ],
    [
      'was tampered with',
      () => {
        const [signature] = signedRequest(instagram.about('1'), instagram.secret).split('.');
        return `${signature}.${signedRequest(instagram.about(row.accountId), instagram.secret).split('.')[1]}`;
      },
    ],
    ['is no base64', () => '%%%.%%%'],
    ['is empty', () => ''],
  ];
  test.each(bad)('%s: 400', async (_, make) => {
    const before = await kept(row.id);
    for (const path of ['deauthorize', 'data-deletion'] as const) {
      const answer = await instagram.form(path, make());
      expect([answer.status, answer.body.code, answer.body.errors[0].field]).toEqual([
        400,
        'invalid_request',
        'signed_request',
      ]);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    expect(await kept(row.id)).toEqual(before);
  });

  test.each([
    ['has no body', {}],
    ['is JSON', { body: '{"signed_request":"x.y"}', headers: { 'content-type': 'application/json' } }],
    [
      'is a form without the field',
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    ['is a damaged form', { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=y' } }],
    [
      'is a file',
      {
        body: '--y\r\ncontent-disposition: form-data; name="signed_request"; filename="a"\r\n\r\nx.y\r\n--y--\r\n',
        headers: { 'content-type': 'multipart/form-data; boundary=y' },
      },
    ],
  ])('%s: 400', async (_, options) => {
    for (const path of ['deauthorize', 'data-deletion']) {
      const answer = await api.as(null).request('POST', `/callbacks/instagram/${path}`, options);
      expect([answer.status, answer.body.errors]).toEqual([
        400,
        [{ field: 'signed_request', message: 'must be signed by Instagram' }],
      ]);
    }
  });

  test('is about an unknown account: 200', async () => {
    const before = await kept(row.id);
    expect((await instagram.ask('deauthorize', instagram.about('17841499999999999'))).status).toBe(200);
    expect(await kept(row.id)).toEqual(before);
  });

  test('is about an account of another app: 200', async () => {
    const other = await startApi(stack, { instagram: withCallbacks(stack.instagram, { appId: '999' }) });
    const before = await kept(row.id);
    expect((await caller(stack, other).ask('deauthorize', instagram.about(row.accountId))).status).toBe(200);
    expect(await kept(row.id)).toEqual(before);
    await other.stop();
  });

  test('is from before the current grant: 200', async () => {
    const before = await kept(row.id);
    expect(await deauthorization(row, 3_600)).toBe(200);
    expect(await kept(row.id)).toEqual(before);
  });

  test('is about what was disconnected: 200', async () => {
    const gone = await stack.connect('gone');
    await api.delete(`/v1/integrations/${gone.id}`);
    const before = await kept(gone.id);
    expect(await deauthorization(gone)).toBe(200);
    expect(await kept(gone.id)).toEqual(before);
  });

  test('comes again, also after the owner has come back', async () => {
    const back = await stack.connect('back.again');
    stack.simulator.clock.advance(10 * SECOND_MS);
    const deauthorizations = instagram.about(back.accountId);
    const ask = async () => (await instagram.ask('deauthorize', deauthorizations)).status;
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
    expect(await stack.row(back.id)).toMatchObject({ reason: 'deauthorized', grantNo: 2 });
    expect(await expirations(back.id)).toBe(1);
    // Within the same second: only that it was seen before tells it from another deauthorization.
    await comesBack(back.id, 'back.again');
    const before = await kept(back.id);
    expect(await ask()).toBe(200);
    expect(await kept(back.id)).toEqual(before);
  });
});

test('a second deauthorization of one grant is reported once and raises no second fence', async () => {
  const row = await stack.connect('goes.twice');
  stack.simulator.clock.advance(10 * SECOND_MS);
  await deauthorization(row, 1);
  await deauthorization(row);
  expect([await expirations(row.id), (await stack.row(row.id)).grantNo]).toEqual([1, row.grantNo + 1]);
});

test('counts from the grant, not from the newest refresh', async () => {
  const row = await stack.connect('refreshed');
  await stack.travel.advance(2 * DAY_MS);
  const late = instagram.about(row.accountId);
  stack.simulator.clock.advance(10 * SECOND_MS);
  expect((await api.post(`/v1/integrations/${row.id}/refresh`)).body.refreshed).toBe(true);
  await instagram.ask('deauthorize', late);
  expect(await stack.row(row.id)).toMatchObject({ state: 'expired', reason: 'deauthorized', version: 2 });
});

test('a refresh under way loses against it', async () => {
  const row = await stack.connect('in.flight', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const deps = {
    ...stack.deps,
    instagram: {
      ...stack.instagram,
      refreshToken: async (token: Secret) => {
        const answer = await stack.instagram.refreshToken(token);
        expect(await deauthorization(row)).toBe(200);
        return answer;
      },
    },
  };
  const result = await refreshToken(deps, { integrationId: row.id, version: 1, asked: true });
  expect(result).toMatchObject({ outcome: 'moved_on', facts: { state: 'expired', reason: 'deauthorized' } });
  expect([await tokens(row.id), await expirations(row.id)]).toEqual([0, 1]);
});

describe('an owner comes back meanwhile', () => {
  let browser: Verbs;
  beforeAll(() => (browser = api.browser()));

  /** From a link to where Instagram sends the owner back to. */
  async function consent(row: Integration, username: string): Promise<string> {
    const { body } = await api.post(`/v1/integrations/${row.id}/connect-links`, {});
    stack.simulator.scriptLogin({ account: username, decision: 'allow' });
    const begun = await browser.request('POST', body.url);
    const back = await browser.get(begun.headers.get('location') ?? '');
    return back.headers.get('location') ?? '';
  }
  const arrive = async (address: string) => (await browser.get(address)).status;

  test('and the deauthorization comes late: the newer grant stays', async () => {
    const row = await stack.connect('late');
    const late = instagram.about(row.accountId);
    stack.simulator.clock.advance(10 * SECOND_MS);
    expect(await arrive(await consent(row, 'late'))).toBe(200);
    const before = await kept(row.id);
    expect((await instagram.ask('deauthorize', late)).status).toBe(200);
    expect(await kept(row.id)).toEqual(before);
    expect(before).toMatchObject({ state: 'active', version: 2, tokens: 1 });
  });

  test('and the deauthorization comes between consent and return: the newer grant is stored', async () => {
    const row = await stack.connect('between');
    const early = instagram.about(row.accountId);
    stack.simulator.clock.advance(10 * SECOND_MS);
    const address = await consent(row, 'between');
    await instagram.ask('deauthorize', early);
    expect((await stack.row(row.id)).reason).toBe('deauthorized');
    expect(await arrive(address)).toBe(200);
    expect(await kept(row.id)).toMatchObject({ state: 'active', version: 2, tokens: 1 });
  });

  /** An API during whose exchange, after its token was issued, a deauthorization arrives. */
  const interrupted = (payload: () => object) =>
    startApi(stack, {
      site: { publicUrl: api.url },
      instagram: {
        ...stack.instagram,
        probe: async (token) => {
          await instagram.ask('deauthorize', payload());
          return stack.instagram.probe(token);
        },
      },
    });
  const through = (address: string, at: TestApi) => address.replace(api.url, at.url);

  test('and the deauthorization comes in the middle of the exchange: the newer grant is stored', async () => {
    const row = await stack.connect('middle');
    const early = instagram.about(row.accountId);
    stack.simulator.clock.advance(10 * SECOND_MS);
    const slow = await interrupted(() => early);
    expect(await arrive(through(await consent(row, 'middle'), slow))).toBe(200);
    expect(await kept(row.id)).toMatchObject({ state: 'active', version: 2, tokens: 1 });
    await slow.stop();
  });

  test('and leaves again before the exchange ends: that grant is not stored', async () => {
    const row = await stack.connect('leaves.again');
    const slow = await interrupted(() => {
      stack.simulator.clock.advance(10 * SECOND_MS);
      return instagram.about(row.accountId);
    });
    expect(await arrive(through(await consent(row, 'leaves.again'), slow))).toBe(410);
    expect(await kept(row.id)).toMatchObject({ state: 'expired', reason: 'deauthorized', tokens: 0 });
    await slow.stop();
  });

  test('at the very same moment, again and again: the newer grant always survives', async () => {
    const row = await stack.connect('same.moment', { start: false });
    for (let round = 0; round < 10; round++) {
      const before = await stack.row(row.id);
      const early = instagram.about(row.accountId);
      stack.simulator.clock.advance(10 * SECOND_MS);
      const now = stack.simulator.clock.now();
      const newer = {
        token: new Secret(`IGAA-${round}`),
        issuedAt: now,
        expiresAt: now + 60 * DAY_MS,
        lifetimeClamped: false,
        scopes: [],
        account: { id: row.accountId!, scopedId: null, username: 'same.moment' },
      };
      await Promise.all([
        instagram.ask('deauthorize', early),
        storeGrant(stack.pool, stack.deps.sealer, row.id, before.grantNo, newer, now, 0),
      ]);
      expect(await kept(row.id)).toMatchObject({ state: 'active', version: before.version + 1, tokens: 1 });
    }
  });
});

test('while Temporal is down the token is erased all the same, and the audit signals the lifecycle later', async () => {
  const nowhere = openTemporal({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'none' });
  const down = await startApi(stack, {
    instagram: withCallbacks(stack.instagram),
    temporal: nowhere.client,
    lifecycles: createLifecycleClient(nowhere.client, stack.simulator.clock),
  });
  const row = await stack.connect('unheard');
  await until(async () => (await stack.lifecycles.status(row.id)).facts?.state === 'active');
  const seen = (await stack.row(row.id)).lifecycleRevision;
  const answer = await withoutWaiting(caller(stack, down).ask('deauthorize', instagram.about(row.accountId)));
  expect(answer.status).toBe(200);
  expect(await kept(row.id)).toMatchObject({ state: 'expired', reason: 'deauthorized', tokens: 0 });
  const after = await stack.row(row.id);
  expect([after.lifecycleRevision, after.revision > seen]).toEqual([seen, true]);
  await down.stop();
  await nowhere.close();
});
