import { evergrant as run, ask, serveApi, type Ran, type TestApi, type World } from '../support/cli';
import { DAY_MS } from '../../core/time';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
let api: TestApi;
beforeAll(async () => {
  stack = await startStack();
  api = await serveApi(stack);
});
afterAll(async () => {
  await api.close();
  await stack.stop();
});

/** Whatever an answer holds of these. */
interface Listed {
  data: { id: string; integrationId?: string }[];
  nextCursor: string | null;
}

const evergrant = (args: string[], world: World = {}): Promise<Ran> =>
  run(args, { ...world, env: { ...api.env, ...world.env } });
const json = async (args: string[]) => JSON.parse((await evergrant([...args, '--json'])).out) as Listed;

describe('forget', () => {
  test.each(['accountId', 'accountScopedId'] as const)(
    'deletes what is stored of an account, by its %s',
    async (kind) => {
      const row = await stack.connect(`forgotten.${kind}`);
      const instagramId = row[kind]!;
      const args = ['forget', '--instagram-id', instagramId];
      expect((await json(['list', '--account-id', instagramId])).data.map(({ id }) => id)).toEqual([row.id]);
      expect((await evergrant(args)).code).toBe(2);
      expect((await evergrant(args, { answer: 'n' })).code).toBe(1);
      expect((await stack.row(row.id)).state).toBe('active');

      const done = await evergrant(args, { answer: 'y' });
      expect([done.code, done.out]).toEqual([0, `Deleted the data of 1 connection:\n  ${row.id}\n`]);
      expect(done.err).toContain('/callbacks/instagram/data-deletion/');
      expect(await stack.row(row.id)).toMatchObject({
        state: 'disconnected',
        accountId: null,
        username: null,
      });
      const tokens = await stack.pool.query('select 1 from token_versions where integration_id = $1', [
        row.id,
      ]);
      expect(tokens.rowCount).toBe(0);
      expect((await evergrant(args)).out).toBe(`Nothing is stored of account ${instagramId}.\n`);
    },
  );

  test('what is no ID is refused, and so is a missing one', async () => {
    const odd = await evergrant(['forget', '--instagram-id', '@shop', '--yes']);
    expect([odd.code, odd.err]).toEqual([1, expect.stringContaining('instagramId must be a numeric ID')]);
    expect((await evergrant(['forget'])).code).toBe(2);
  });
});

test('an empty list says so and what to do next', async () => {
  const { code, out } = await evergrant(['list', '--owner-ref', 'nobody']);
  expect(code).toBe(0);
  expect(out).toContain('No matching integrations.');
});

describe('with a connected account', () => {
  let id: string;
  beforeAll(async () => {
    ({ id } = await stack.connect('shop'));
    await until(async () => (await json(['events'])).data.length > 0);
  });

  test.each([
    [['list'], '/v1/integrations'],
    [
      ['list', '--state', 'active', '--owner-ref', 'owner-1', '--expiring-within-days', '90'],
      '/v1/integrations?state=active',
    ],
    [['events'], '/v1/events?order=newest'],
    [['events', '--type', 'integration.connected'], '/v1/events?order=newest&type=integration.connected'],
    [['fleet'], '/v1/fleet'],
  ])("%j --json is the API's answer", async (args, path) => {
    // The feed moves on with every transaction of the database.
    const still = (answer: object) => ({ ...answer, position: null });
    expect(still(await json(args))).toEqual(still((await ask(api, path)) as object));
  });

  test.each([
    ['status', ''],
    ['events', '/events'],
  ])("%s of one, by id, username or --json, is the API's answer", async (verb, path) => {
    const answer = await ask(api, `/v1/integrations/${id}${path}`);
    expect(await json([verb, id])).toEqual(answer);
    expect(await json([verb, '@shop'])).toEqual(answer);
    expect(await json([verb, '@SHOP'])).toEqual(answer);
  });

  test('the list shows who is connected and how long it lasts', async () => {
    const { out } = await evergrant(['list']);
    expect(out.split('\n')[0]).toMatch(/^ID +ACCOUNT +STATE +EXPIRES +OWNER +EXTERNAL ID +NOTE$/);
    expect(out).toMatch(new RegExp(`${id} +@shop +active +in (59|60) days +owner-1`));
  });

  test('status shows the expiry in absolute and relative time, the next refresh and the workflow', async () => {
    const { code, out } = await evergrant(['status', '@shop']);
    expect(code).toBe(0);
    expect(out).toMatch(/^@shop {2}active, usable$/m);
    expect(out).toMatch(/expires +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(in (59|60) days\)/);
    expect(out).toMatch(/next +Automatic refresh in \d+ days \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)/);
    expect(out).toContain(`token-lifecycle/${id}`);
  });

  test('fleet lists the largest tables with their growth and retention', async () => {
    const { out } = await evergrant(['fleet']);
    expect(out).toMatch(/^ {2}TABLE +ROWS +SIZE +GROWTH +RETENTION$/m);
    expect(out).toMatch(
      /^ {2}events +\d+ +\d+ kB +growth not known yet +(not known yet|30 days \(messages\), 365 days)$/m,
    );
  });

  test('nothing that it prints is a token', async () => {
    const outputs = await Promise.all(
      [['list'], ['status', id], ['events'], ['events', id], ['fleet']].map((args) =>
        evergrant([...args, '--json']),
      ),
    );
    for (const { out } of outputs) expect(out).not.toMatch(/IGQ|IGAA|accessToken/);
  });

  test('an external id names an integration', async () => {
    await stack.pool.query(`update integrations set external_id = 'crm-7' where id = $1`, [id]);
    expect(await json(['status', 'crm-7'])).toMatchObject({ id });
  });

  test('pause and resume can be repeated', async () => {
    for (let i = 0; i < 2; i++) expect((await evergrant(['pause', '@shop'])).out).toContain('Paused @shop');
    expect(await json(['status', id])).toMatchObject({ paused: true });
    expect((await evergrant(['list'])).out).toContain('active, paused');
    for (let i = 0; i < 2; i++) expect((await evergrant(['resume', '@shop'])).out).toContain('Resumed @shop');
    expect(await json(['status', id])).toMatchObject({ paused: false });
  });

  test('a refusal ends with 1, prints what the API says, and with --json its document', async () => {
    const { code, out, err } = await evergrant(['refresh', '@shop', '--json']);
    expect(code).toBe(1);
    expect(err).toContain('The token is too new to refresh: Instagram requires an age of 24 hours.');
    expect(JSON.parse(out)).toMatchObject({ code: 'not_due', status: 409 });
    expect((await evergrant(['refresh', '@shop'])).out).toBe('');
  });

  test('the sandbox advances, and times are shown by its clock', async () => {
    const { code, out } = await evergrant(['sandbox', 'advance', '2d']);
    expect(code).toBe(0);
    expect(out).toMatch(/^It is now .* UTC in the sandbox \(\d+ steps?\)\.$/m);
    expect((await evergrant(['list'])).out).toMatch(/in 5[78] days/);
    // A sign-in link is valid by the machine's clock, wherever the sandbox's is.
    expect((await evergrant(['console'])).err).toMatch(/Works once, until .* UTC \(in (10|9) minutes\)/);
  });

  test('refresh gets a new token version, and recheck finds that it lives', async () => {
    const { code, out } = await evergrant(['refresh', '@shop']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Refreshed @shop: token version 2, valid until .* UTC \(in (59|60) days\)\.$/m);
    expect((await evergrant(['recheck', '@shop'])).out).toBe('@shop: the token is valid.\n');
    expect((await evergrant(['events', '@shop'])).out).toContain('token.refreshed');
  });

  test('a login that needs confirmation is reported as such', async () => {
    await evergrant(['sandbox', 'advance', '1m']);
    await evergrant(['sandbox', 'invalidate', '@shop', '--subcode', '490']);
    const { code, err } = await evergrant(['recheck', id]);
    expect(code).toBe(1);
    expect(err).toContain('Instagram wants @shop to confirm a login.');
  });

  test('a changed password ends it, status says why, and a reconnect link is made', async () => {
    // Rechecks of one version share their answer for 20 seconds.
    await evergrant(['sandbox', 'advance', '1m']);
    expect((await evergrant(['sandbox', 'invalidate', '@shop', '--subcode', '460'])).code).toBe(0);
    const rechecked = await evergrant(['recheck', id]);
    expect(rechecked.out).toContain('the token is invalid (password_changed)');
    expect((await evergrant(['status', id])).out).toMatch(
      /expired \(password_changed\), not usable[^]*token invalid[^]*changed its Instagram password/,
    );
    expect((await evergrant(['list', '--reason', 'password_changed'])).out).toContain('@shop');
    const refused = await evergrant(['refresh', id]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/Send this link to the owner: http/);
    expect((await evergrant(['reconnect-link', id])).out).toMatch(/^http:\S+\/connect\/\S+\n$/);
  });

  test('disconnect asks, and without a terminal refuses unless given --yes', async () => {
    const nobody = await evergrant(['disconnect', id]);
    expect(nobody.code).toBe(2);
    expect(nobody.err).toContain('--yes');
    const no = await evergrant(['disconnect', id], { answer: 'n' });
    expect(no).toMatchObject({ code: 1, out: '' });
    expect((await stack.row(id)).state).toBe('expired');
    expect((await evergrant(['disconnect', id], { answer: 'y' })).code).toBe(0);
    expect(await json(['disconnect', id, '--yes'])).toMatchObject({ state: 'disconnected' });
    expect((await evergrant(['status', '@shop'])).out).toContain('disconnected, not usable');
  });
});

test('a list longer than a page is fetched whole, and --limit cuts it with a cursor', async () => {
  await stack.pool.query(
    `insert into integrations (id, provider, app_id, owner_ref, state, created_at, updated_at)
     select 'int_many' || lpad(n::text, 20, '0'), 'instagram', 'app', 'many', 'pending', date_trunc('second', now()) + n * interval '1 ms', now() from generate_series(1, 230) n`,
  );
  const all = await json(['list', '--owner-ref', 'many']);
  expect(all.data).toHaveLength(230);
  expect(all.nextCursor).toBeNull();
  const some = await json(['list', '--owner-ref', 'many', '--limit', '205']);
  expect(some.data).toHaveLength(205);
  const rest = (await ask(api, `/v1/integrations?ownerRef=many&cursor=${some.nextCursor}`)) as {
    data: unknown[];
  };
  expect([...some.data, ...rest.data]).toEqual(all.data);
});

test('a name that fits several is refused with all of them', async () => {
  await stack.pool.query(
    `update integrations set external_id = 'twice' where id in ('int_many00000000000000000001', 'int_many00000000000000000002')`,
  );
  const { code, err } = await evergrant(['status', 'twice']);
  expect(code).toBe(1);
  expect(err).toContain('int_many00000000000000000001');
  expect(err).toContain('int_many00000000000000000002');
});

test.each([['int_000000000000000000000000'], ['@nobody'], ['crm-0']])(
  '%s, which nobody has, ends with 1',
  async (given) => {
    const { code, out, err } = await evergrant(['status', given]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('evergrant list');
  },
);

test('connect prints the link, and every field that is wrong is named', async () => {
  const { code, out } = await evergrant([
    'connect',
    '--owner-ref',
    'o2',
    '--external-id',
    'x',
    '--contact-email',
    'a@example.org',
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(/connect link +http:\S+\/connect\/\S+/);
  expect(out).toMatch(/valid until +.* UTC \(in (23|24) hours\)/);
  const wrong = await evergrant([
    'connect',
    '--owner-ref',
    'o2',
    '--contact-email',
    'nobody',
    '--return-to',
    'there',
  ]);
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('contact.email');
  expect(wrong.err).toContain('returnTo');
});

test('connect --wait returns when the owner has connected', async () => {
  await evergrant(['sandbox', 'account', '@wanted', '--conversations', '2']);
  await evergrant(['sandbox', 'login', 'wanted']);
  let opened = 0;
  const world: World = {
    onPause: async () => {
      if (opened++ > 0) return;
      const [pending] = (await json(['list', '--owner-ref', 'o3'])).data;
      const link = await evergrant(['reconnect-link', pending!.id]);
      const path = new URL(link.out.trim()).pathname;
      await ownerConsents(path);
    },
  };
  const { code, out, err } = await evergrant(['connect', '--owner-ref', 'o3', '--wait'], world);
  expect(err).toMatch(/connect link/);
  expect({ code, first: out.split('\n')[0] }).toEqual({ code: 0, first: 'Connected @wanted.' });
});

test('connect --wait that is interrupted says that the link stays valid', async () => {
  const stop = new AbortController();
  const { code, err } = await evergrant(['connect', '--owner-ref', 'o4', '--wait'], {
    stop,
    onPause: () => stop.abort(),
  });
  expect(code).toBe(1);
  expect(err).toContain('The link is still valid.');
});

test('following shows what was and what comes, each once, until it is interrupted', async () => {
  const { id } = await stack.connect('followed');
  const stop = new AbortController();
  let pauses = 0;
  const world: World = {
    stop,
    onPause: async () => {
      if (++pauses === 1) await stack.pool.query(`update events set at = at where integration_id = $1`, [id]);
      if (pauses === 2) await evergrant(['disconnect', id, '--yes']);
      if (pauses > 3) stop.abort();
    },
  };
  const { code, out } = await evergrant(['events', id, '--follow', '--json'], world);
  expect(code).toBe(0);
  const types = out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types).toEqual(['integration.connected', 'integration.disconnected']);
});

test('events of all are the latest, newest first, and --limit cuts the older ones', async () => {
  const all = await json(['events', '--limit', '1000']);
  // The feed holds back what an open transaction, of any database here, might still come before.
  const feed = await until(async () => {
    const page = (await ask(api, '/v1/events?limit=500')) as Listed;
    return page.data.length === all.data.length ? page.data : null;
  });
  expect(all.data.map(({ id }) => id)).toEqual(feed.map(({ id }) => id).reverse());
  expect(all.data.length).toBeGreaterThan(2);
  const two = await evergrant(['events', '--limit', '2']);
  expect([...two.out.matchAll(/evt_\w+/g)].map(([id]) => id)).toEqual(
    all.data.slice(0, 2).map(({ id }) => id),
  );
  expect(two.err).toBe('Older events: use a higher --limit.\n');
});

test('events after one are those that came later', async () => {
  const { id } = await stack.connect('later');
  const before = (await json(['events', id])).data[0]!;
  await evergrant(['disconnect', id, '--yes']);
  const after = await json(['events', id, '--after', before.id]);
  expect(after.data).toMatchObject([{ type: 'integration.disconnected' }]);
  // The feed holds back what an open transaction, of any database here, might still come before.
  await until(async () => {
    const feed = await json(['events', '--after', before.id, '--type', 'integration.disconnected']);
    return feed.data.at(-1)?.integrationId === id;
  });
  expect((await evergrant(['events', id, '--after', 'evt_none'])).code).toBe(1);
});

test('an outage is switched on and off', async () => {
  const instagram = async () => (await fetch(`${stack.simulatorUrl}/me`)).status;
  expect((await evergrant(['sandbox', 'outage', 'on'])).code).toBe(0);
  expect(await instagram()).toBe(503);
  expect((await evergrant(['sandbox', 'outage', 'off'])).code).toBe(0);
  expect(await instagram()).not.toBe(503);
});

test('a customer writes to a sandbox account', async () => {
  await evergrant(['sandbox', 'account', 'written-to']);
  const message = await json(['sandbox', 'inbound', '@written-to', 'Is it in stock?']);
  expect(JSON.stringify(message)).toContain('Is it in stock?');
});

test('an unknown sandbox account is distinguished from a server that is not a sandbox', async () => {
  const unknown = await evergrant(['sandbox', 'invalidate', 'nobody']);
  expect(unknown.code).toBe(1);
  expect(unknown.err).toContain('This sandbox account does not exist.');
  const real = await serveApi(stack, { sandbox: false });
  const refused = await evergrant(['sandbox', 'advance', '1d'], { env: real.env });
  await real.close();
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('is not a sandbox');
});

test('a wrong key is reported with the place it was read from', async () => {
  const { code, err } = await evergrant(['list'], { env: { EVERGRANT_API_KEY: 'evg_wrong' } });
  expect(code).toBe(1);
  expect(err).toContain('EVERGRANT_API_KEY');
  expect(err).not.toContain('evg_wrong');
});

/** The owner opens the link, presses the button, and comes back from Instagram's consent page. */
async function ownerConsents(path: string): Promise<void> {
  const started = await fetch(`${api.url}${path}`, { method: 'POST', redirect: 'manual' });
  const consent = await fetch(started.headers.get('location')!, { redirect: 'manual' });
  const callback = new URL(consent.headers.get('location')!);
  const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? '';
  await fetch(`${api.url}${callback.pathname}${callback.search}`, {
    headers: { cookie },
    redirect: 'manual',
  });
}

describe('keys, and what was made with them', () => {
  const lines = async (args: string[]) => (await evergrant(args)).out.trim().split('\n');

  test('an API key is created, listed and revoked', async () => {
    const made = await evergrant([
      ...[
        'api-keys',
        'create',
        '--name',
        'inbox',
        '--scope',
        'operate',
        'read',
        '--owner-ref',
        'acme',
        'bolt',
      ],
      ...['--expires-at', '2100-01-01T00:00:00.000Z'],
    ]);
    expect(made.out).toMatch(/^evg_[\w-]{43}\n$/);
    const id = /key_\w+/.exec(made.err)?.[0] ?? '';
    expect(await json(['api-keys', 'list'])).toEqual(await ask(api, '/v1/api-keys'));
    const [titles, row] = await lines(['api-keys', 'list']);
    expect(titles).toMatch(/^ID +NAME +SCOPES +OWNERS +CREATED BY +LAST USED +EXPIRES$/);
    expect(row).toMatch(
      new RegExp(`^${id} +inbox +operate,read +acme,bolt +bootstrap +never +in \\d+ days$`),
    );
    expect(await evergrant(['api-keys', 'revoke', id, '--yes'])).toMatchObject({
      code: 0,
      out: `Revoked ${id}.\n`,
    });
    expect(await lines(['api-keys', 'list'])).toEqual(['No API keys but the bootstrap key.']);
    const unknown = await evergrant(['api-keys', 'revoke', 'key_unknown']);
    expect([unknown.code, unknown.err]).toEqual([1, 'error: This key does not exist.\n']);
  });

  test('embed tokens and connect links are listed and revoked', async () => {
    const { id } = await stack.connect('linked');
    const post = async (path: string, body: object) =>
      (await fetch(`${api.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.env.EVERGRANT_API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then((answer) => answer.json())) as { id: string };
    const token = await post('/v1/embed-tokens', { ownerRef: 'acme' });
    expect((await lines(['embed-tokens', 'list', '--owner-ref', 'acme']))[1]).toMatch(
      new RegExp(`^${token.id} +acme +bootstrap +(now|\\d seconds ago) +in \\d+ (hour|minutes)$`),
    );
    await evergrant(['embed-tokens', 'revoke', token.id, '--yes']);
    expect(await lines(['embed-tokens', 'list'])).toEqual(['No valid embed tokens.']);
    const of = ['--integration', '@linked'];
    const links = [];
    for (let count = 0; count < 3; count++)
      links.unshift(await post(`/v1/integrations/${id}/connect-links`, {}));
    const listed = async () => (await json(['connect-links', 'list', ...of])).data.map((link) => link.id);
    expect(await listed()).toEqual(links.map((link) => link.id));
    await evergrant(['connect-links', 'revoke', links[0]!.id, '--yes']);
    expect(await listed()).toEqual(links.slice(1).map((link) => link.id));
    const all = await evergrant(['connect-links', 'revoke', ...of, '--yes']);
    expect(all.out).toBe(`Revoked all links of ${id}.\n`);
    expect(await lines(['connect-links', 'list', ...of])).toEqual(['No connect links.']);
  });

  test('console sessions are listed and ended', async () => {
    expect(await lines(['console-sessions', 'list'])).toEqual(['Nobody is signed in.']);
    await fetch(`${api.url}/console/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: api.url, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ key: api.env.EVERGRANT_API_KEY ?? '' }).toString(),
    });
    const [{ id } = { id: '' }] = (await json(['console-sessions', 'list'])).data;
    expect((await lines(['console-sessions', 'list']))[1]).toMatch(
      new RegExp(`^${id} +bootstrap +127\\.0\\.0\\.1 `),
    );
    expect((await evergrant(['console-sessions', 'end', id, '--yes'])).code).toBe(0);
    expect((await json(['console-sessions', 'list'])).data).toEqual([]);
  });
});

test('a long way through time shows how far it has come', async () => {
  const { id } = await stack.connect('far.ahead');
  const at = stack.simulator.clock.now() + 2 * DAY_MS;
  await stack.pool.query('update integrations set refresh_at = $2, revision = revision + 1 where id = $1', [
    id,
    new Date(at),
  ]);
  await stack.lifecycles.rowChanged(id);
  stack.simulator.addFault({ match: { account: 'far.ahead' }, delayMs: 1_500, times: 1, status: 503 });
  const { code, err, out } = await evergrant(['sandbox', 'advance', '4d', '--json'], { columns: 200 });
  expect(code).toBe(0);
  expect(err).toMatch(/Moving 4 days forward: .* UTC, (49|50|51) %/);
  expect(Object.keys(JSON.parse(out) as object)).toEqual(['now', 'steps']);
});
