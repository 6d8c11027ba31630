import { createKeyChecks } from '../../adapters/encryption/key-check';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { createApiKey } from '../../adapters/postgres/access/api-keys';
import { saveCallbackTraffic } from '../../adapters/postgres/messages/callback-traffic';
import { ensureAuditSchedule } from '../../adapters/temporal/audit-schedule';
import { Secret } from '../../core/access/secret';
import { runSimulator } from '../../simulator/index';
import { API_KEY, startApi } from '../support/api';
import { evergrant as spawned } from '../support/command';
import { instagramSettings } from '../support/instagram-settings';
import { published } from '../support/servers';
import { until } from '../support/until';
import { type Stack, startStack } from '../support/stack';
import { afterwards } from '../support/temporary-folder';
import { evergrant } from '../support/cli';
import { keyBytes } from '../support/key-bytes';

const KEY = `k1:${keyBytes(3).toString('base64')}`;
const KEY_OTHERWISE = `k1:${keyBytes(4).toString('base64')}`;

let stack: Stack;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  env = {
    DATABASE_URL: stack.databaseUrl,
    TEMPORAL_ADDRESS: published('temporalAddress'),
    TEMPORAL_NAMESPACE: stack.client.options.namespace,
    EVERGRANT_KEYS: KEY,
    EVERGRANT_DATA_DIR: '/nowhere',
  };
  await createKeyChecks(stack.pool).verify(parseKeyRing(KEY));
  await ensureAuditSchedule(stack.client);
});
afterAll(() => stack.stop());

interface Finding {
  part: string;
  level: string;
  text: string;
  hint: string | null;
}

async function examine(changed: NodeJS.ProcessEnv = {}, ...options: string[]) {
  const { code, out } = await evergrant(['doctor', '--json', ...options], { env: { ...env, ...changed } });
  const { data } = JSON.parse(out) as { data: Finding[] };
  return { code, data, part: (name: string) => data.filter(({ part }) => part === name) };
}

describe('--server', () => {
  const look = async (changed: NodeJS.ProcessEnv, ...more: string[]) => {
    const { code, out } = await evergrant(['doctor', '--server', '--json', ...more], { env: changed });
    const { data } = JSON.parse(out) as { data: Finding[] };
    return { code, data, part: (name: string) => data.find(({ part }) => part === name) };
  };

  test('needs an address and a key, and tells what the API knows', async () => {
    const api = await startApi(stack);
    const access = { EVERGRANT_URL: api.url, EVERGRANT_API_KEY: API_KEY };
    try {
      // The API gives Temporal a second, which a busy machine may need.
      const heard = async () => {
        const found = await look(access);
        return found.part('audit')?.text.startsWith('Unknown') ? null : found;
      };
      const { code, data, part } = await until(heard);
      expect(code).toBe(0);
      expect(data.map((finding) => finding.part)).toEqual([
        ...['server', 'database', 'Temporal', 'encryption key', 'API key', 'refreshes', 'Instagram'],
        ...['deliveries', 'callbacks', 'audit'],
      ]);
      expect(part('audit')).toMatchObject({ level: 'warning', text: 'Scheduled, and has not run yet.' });
      expect(data.filter(({ level }) => level === 'problem')).toEqual([]);

      await stack.pool.query(
        `insert into provider_incidents (id, provider, app_id, kind, started_at, next_probe_at)
         values ('inc_1', 'instagram', 'app', 'verdicts', $1, $1)`,
        [new Date(stack.simulator.clock.now())],
      );
      const during = await look(access);
      await stack.pool.query('delete from provider_incidents');
      expect([during.code, during.part('Instagram')?.level]).toEqual([1, 'problem']);

      const ago = (hours: number) =>
        stack.pool.query(
          `insert into audit_runs (kind, started_at, finished_at, result) values ('hourly', $1, $1, '{}')`,
          [new Date(Date.now() - hours * 60 * 60 * 1_000)],
        );
      await ago(5);
      expect((await until(heard)).part('audit')).toMatchObject({
        level: 'problem',
        text: expect.stringMatching(/^Does not run\. Last run .* UTC\.$/),
      });
      await ago(1);
      expect((await until(heard)).part('audit')).toMatchObject({ level: 'ok' });

      const refused = await look({ ...access, EVERGRANT_API_KEY: 'evg_wrong' });
      expect([refused.code, refused.part('API key')]).toEqual([
        1,
        expect.objectContaining({ level: 'problem', text: expect.stringContaining('Invalid API key.') }),
      ]);
    } finally {
      await api.stop();
    }
  });

  test('names the part that fails the API, and an API that is not there', async () => {
    const broken = { ...stack.client, withDeadline: () => Promise.reject(new Error('no answer')) };
    const api = await startApi(stack, { temporal: broken as unknown as typeof stack.client });
    const access = { EVERGRANT_URL: api.url, EVERGRANT_API_KEY: API_KEY };
    const { code, part } = await look(access).finally(() => api.stop());
    expect([code, part('Temporal')?.level, part('database')?.level]).toEqual([1, 'problem', 'ok']);
    expect(part('audit')).toMatchObject({ level: 'warning', text: 'Unknown: Temporal is not responding.' });
    const gone = await look(access);
    expect([gone.code, gone.data]).toEqual([
      1,
      [expect.objectContaining({ part: 'server', text: expect.stringContaining('Could not connect') })],
    ]);
  });
});

test('temporal is Temporal’s own command line, at the address of this installation', async () => {
  const settings = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    EVERGRANT_TEMPORAL_PORT: published('temporalAddress').split(':')[1] ?? '',
    TEMPORAL_NAMESPACE: stack.client.options.namespace,
  };
  const listed = spawned(['temporal', 'schedule', 'list', '-o', 'json'], settings);
  expect([await listed.ended, listed.err()]).toEqual([0, '']);
  expect(listed.out()).toContain('evergrant-fleet-audit');
  const version = spawned(['temporal', '--version'], settings);
  await version.ended;
  expect(version.out()).toMatch(/^temporal version 1\./);
  const wrong = spawned(['temporal', 'workflow', 'describe', '--workflow-id', 'none'], settings);
  expect(await wrong.ended).toBe(1);
  const missing = spawned(['temporal'], { ...settings, EVERGRANT_TEMPORAL_CLI: '/nowhere/temporal' });
  expect([await missing.ended, missing.err()]).toEqual([
    1,
    'error: EVERGRANT_TEMPORAL_CLI is /nowhere/temporal, which does not exist.\n',
  ]);
});

const MAIL = { SMTP_URL: 'smtp://127.0.0.1:25', EVERGRANT_OPERATOR_EMAIL: 'ops@shop.example' };

test('finds nothing to do where all is well', async () => {
  const { code, data } = await examine({ EVERGRANT_API_KEY: 'evg_boot_0123456789abcdef0123456', ...MAIL });
  expect(data.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(data.map(({ part }) => part)).toEqual([
    ...[
      'settings',
      'address',
      'mail',
      'database TLS',
      'database',
      'clocks',
      'key ring',
      'API keys',
      'refreshes',
      'storage',
      'Temporal',
      'search attributes',
      'audit',
    ],
  ]);
  expect(code).toBe(0);
  const { out } = await evergrant(['doctor'], {
    env: { ...env, EVERGRANT_API_KEY: 'evg_boot_0123456789abcdef0123456' },
  });
  // The longest name has room, too.
  const columns = out
    .split('\n')
    .flatMap((line) => line.match(/^\S.*? {2,}(?=ok|warning)/)?.[0].length ?? []);
  expect(new Set(columns)).toEqual(new Set(['search attributes  '.length]));
  expect(out).not.toContain('evg_boot_0123456789abcdef0123456');
});

test('warns of a bootstrap key beside real ones, and of none at all', async () => {
  expect((await examine()).part('API keys')).toMatchObject([
    { level: 'warning', text: expect.stringContaining('No API key') },
  ]);
  const wanted = { name: 'inbox', scopes: ['read' as const], ownerRefs: null, expiresAt: null };
  const maker = { id: 'bootstrap', generation: 0, limitedBy: null, quota: 1 };
  await createApiKey(stack.pool, new Secret('evg_real'), wanted, maker, Date.now());
  afterwards(() => stack.pool.query('delete from api_keys'));
  const { code, part } = await examine({ EVERGRANT_API_KEY: 'evg_boot_0123456789abcdef0123456' });
  expect(part('API keys')).toMatchObject([
    { level: 'warning', text: expect.stringContaining('next to 1 other key') },
  ]);
  expect(code).toBe(0);
  expect((await examine()).part('API keys')).toMatchObject([{ level: 'ok' }]);
});

test('reports a key with the right name and other bytes, and a missing one', async () => {
  const wrong = await examine({ EVERGRANT_KEYS: KEY_OTHERWISE });
  expect(wrong.code).toBe(1);
  expect(wrong.part('key ring')).toMatchObject([{ level: 'problem', hint: expect.stringContaining('k1') }]);
  expect((await examine({ EVERGRANT_KEYS: '' })).part('key ring')).toMatchObject([{ level: 'problem' }]);
});

test('reports what does not answer, and continues with the rest', async () => {
  const away = await examine({ DATABASE_URL: 'postgres://a:b@127.0.0.1:9/x' });
  expect(away.part('database')).toMatchObject([{ level: 'problem' }]);
  expect(away.part('Temporal')).toMatchObject([{ level: 'ok' }]);
  const asleep = await examine({ TEMPORAL_ADDRESS: '127.0.0.1:9' });
  expect(asleep.part('Temporal')).toMatchObject([{ level: 'problem', text: 'Not reachable.' }]);
  expect(asleep.part('database')).toMatchObject([{ level: 'ok' }]);
  const elsewhere = await examine({ TEMPORAL_NAMESPACE: 'nobody-made-this' });
  expect(elsewhere.part('Temporal')).toMatchObject([{ text: expect.stringContaining('nobody-made-this') }]);
});

test('reports an outdated schema', async () => {
  await stack.pool.query("update evergrant_migrations set name = 'x' || name where name like '0013%'");
  afterwards(() =>
    stack.pool.query("update evergrant_migrations set name = substr(name, 2) where name like 'x%'"),
  );
  const { code, part } = await examine();
  expect(part('schema')).toMatchObject([{ level: 'problem', hint: expect.stringContaining('migrate') }]);
  expect(code).toBe(1);
});

test('names every setting that is wrong, at once', async () => {
  const { code, data } = await examine({ EVERGRANT_HTTP_PORT: 'many', EVERGRANT_TYPO: '1' });
  expect(code).toBe(1);
  expect(data.map(({ text }) => text).join()).toMatch(/EVERGRANT_TYPO.*EVERGRANT_HTTP_PORT/s);
});

test('warns of an address without TLS', async () => {
  const { part } = await examine({ EVERGRANT_PUBLIC_URL: 'http://evergrant.example.com' });
  expect(part('address')).toMatchObject([{ level: 'warning' }]);
});

test('warns when email notifications are off, or off for operators', async () => {
  expect((await examine()).part('mail')).toMatchObject([
    { level: 'warning', hint: expect.stringContaining('SMTP_URL') },
  ]);
  expect((await examine({ SMTP_URL: MAIL.SMTP_URL })).part('mail')).toMatchObject([
    { level: 'warning', hint: expect.stringContaining('EVERGRANT_OPERATOR_EMAIL') },
  ]);
});

describe('--provider', () => {
  const PUBLIC = 'https://evergrant.example.com';
  async function ask(changed: NodeJS.ProcessEnv = {}, redirectUris = [`${PUBLIC}/oauth/instagram/callback`]) {
    const running = await runSimulator({ port: 0, redirectUris });
    const app = { ...instagramSettings(running), EVERGRANT_PUBLIC_URL: PUBLIC };
    const found = await examine({ ...app, ...changed }, '--provider').finally(() => running.close());
    const level = (name: string) => found.part(name).map((finding) => finding.level);
    return { ...found, level, hint: (name: string) => found.part(name)[0]?.hint ?? '' };
  }

  test('tells that Instagram accepts the app, and lists what only a person can check', async () => {
    const { level, part } = await ask();
    for (const name of ['app ID', 'app secret', 'consent'])
      expect([name, level(name)]).toEqual([name, ['ok']]);
    const checks = part('at Meta');
    expect(checks.length).toBeGreaterThan(3);
    for (const { level: of, hint } of checks)
      expect([of, hint]).toEqual(['check', expect.stringMatching(/^https:/)]);
    expect(checks.map(({ text }) => text).join()).toContain(`${PUBLIC}/oauth/instagram/callback`);
    expect(level('redirect')).toEqual([]);
  });

  test('tells a wrong app ID, secret and redirect URI apart, each with the setting to correct', async () => {
    const id = await ask({ INSTAGRAM_APP_ID: '1' });
    expect([id.level('app ID'), id.level('app secret'), id.code]).toEqual([['problem'], [], 1]);
    expect(id.hint('app ID')).toContain('INSTAGRAM_APP_ID');
    const secret = await ask({ INSTAGRAM_APP_SECRET: 'hunter2' });
    expect([secret.level('app ID'), secret.level('app secret')]).toEqual([['ok'], ['problem']]);
    expect(secret.hint('app secret')).toContain('INSTAGRAM_APP_SECRET');
    expect(JSON.stringify(secret.data)).not.toContain('hunter2');
    const uri = await ask({}, ['https://elsewhere.example/callback']);
    expect([uri.level('app secret'), uri.level('redirect'), uri.level('consent')]).toEqual([
      ['ok'],
      ['problem'],
      ['problem'],
    ]);
    expect(uri.hint('redirect')).toContain('EVERGRANT_PUBLIC_URL');
  });

  test('tells that Instagram still expects the former secret', async () => {
    const { appSecret } = stack.simulator.settings;
    const { part } = await ask({ INSTAGRAM_APP_SECRET: 'new', INSTAGRAM_APP_SECRET_PREVIOUS: appSecret });
    expect(part('app secret')).toMatchObject([
      { level: 'warning', text: expect.stringContaining('PREVIOUS') },
    ]);
  });

  test('a provider that does not answer is no verdict about the app', async () => {
    const { level } = await ask({
      INSTAGRAM_API_URL: 'http://127.0.0.1:9',
      INSTAGRAM_AUTHORIZE_URL: 'http://127.0.0.1:9/',
    });
    expect([level('app'), level('consent'), level('app ID')]).toEqual([['warning'], ['warning'], []]);
    expect((await ask({ INSTAGRAM_APP_ID: '' })).level('app')).toEqual(['problem']);
  });

  test('asks the webhook as Instagram does when it is saved', async () => {
    const { instagram } = stack;
    const settings = { ...instagram.settings, webhookVerifyToken: new Secret('verify-me') };
    const api = await startApi(stack, { instagram: { ...instagram, settings } });
    const webhook = async (token: string, url = api.url) =>
      (await ask({ EVERGRANT_PUBLIC_URL: url, INSTAGRAM_WEBHOOK_VERIFY_TOKEN: token })).level('webhook');
    expect(await webhook('verify-me')).toEqual(['ok']);
    expect(await webhook('another')).toEqual(['problem']);
    expect(await webhook('verify-me', 'http://127.0.0.1:9')).toEqual(['problem']);
    expect((await ask()).level('webhook')).toEqual(['warning']);
    await api.stop();
  });
});

test('names the secrets when deliveries of Instagram are refused', async () => {
  const app = { INSTAGRAM_APP_ID: 'app-1' };
  expect((await examine(app)).part('callbacks')).toEqual([]);
  const webhooks = { ...app, INSTAGRAM_WEBHOOK_VERIFY_TOKEN: 'verify' };
  expect((await examine(webhooks)).part('callbacks')).toMatchObject([{ level: 'ok' }]);
  const now = Date.now();
  const seen = { acceptedAt: now, refusedAt: now, refusedWhy: 'wrong_signature' as const };
  await saveCallbackTraffic(stack.pool, 'app-1', seen, now);
  for (const given of [app, {}])
    expect((await examine(given)).part('callbacks')).toMatchObject([
      {
        level: 'warning',
        text: expect.stringMatching(/^Refused since .*INSTAGRAM_APP_SECRET_PREVIOUS/),
        hint: expect.stringContaining('INSTAGRAM_APP_SECRET_PREVIOUS'),
      },
    ]);
});
