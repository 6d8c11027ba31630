import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, loadSettings, mailSettings } from '../../adapters/config';
import { temporalSettings } from '../../adapters/temporal/connect';
import { Secret } from '../../core/access/secret';
import { NEEDED_SETTINGS } from '../../services/services';
import { keyBytes } from '../support/key-bytes';

function problemsOf(env: Record<string, string>, needs: Parameters<typeof loadSettings>[1] = []): string[] {
  try {
    loadSettings(env, needs);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

const GOOD_KEY = 'evg_0123456789abcdef0123456789ab';

test('every problem is listed at once, by the name of its setting', () => {
  const problems = problemsOf(
    {
      EVERGRANT_HTTP_PORT: 'x',
      DATABASE_URL: 'mysql://x',
      EVERGRANT_KEYS: 'k1:short',
      EVERGRANT_COLOUR: 'red',
      LOG_LEVEL: 'loud',
    },
    NEEDED_SETTINGS,
  );
  for (const name of [
    'EVERGRANT_HTTP_PORT',
    'DATABASE_URL',
    'EVERGRANT_KEYS',
    'EVERGRANT_COLOUR',
    'LOG_LEVEL',
    'INSTAGRAM_APP_ID',
    'INSTAGRAM_APP_SECRET',
  ]) {
    expect(problems.filter((problem) => problem.startsWith(name))).toHaveLength(1);
  }
});

test('no problem shows the value of a secret', () => {
  const problems = problemsOf({
    DATABASE_URL: 'mysql://hunter2',
    EVERGRANT_KEYS: 'hunter2',
    INSTAGRAM_APP_SECRET: 'hunter2',
  });
  expect(problems.join()).not.toContain('hunter2');
});

test('tokens go to Instagram over https, or stay on this machine', () => {
  const NAMES = ['INSTAGRAM_AUTHORIZE_URL', 'INSTAGRAM_API_URL', 'INSTAGRAM_GRAPH_URL'];
  const all = (url: string) => Object.fromEntries(NAMES.map((name) => [name, url]));
  for (const url of [
    'http://graph.instagram.com',
    'http://10.0.0.1',
    'http://127.0.0.1.example',
    'http://localhost.x',
  ])
    expect(problemsOf(all(url)).map((problem) => problem.split(' ')[0])).toEqual(NAMES);
  for (const url of [
    'https://graph.instagram.com',
    'http://127.0.0.1:4010',
    'http://[::1]:1',
    'http://localhost:4010',
  ])
    expect(problemsOf(all(url))).toEqual([]);
});

test('a proxy is named by an http(s) URL, which no problem shows', () => {
  expect(problemsOf({ INSTAGRAM_PROXY_URL: 'socks5://user:hunter2@proxy:1080' })).toEqual([
    'INSTAGRAM_PROXY_URL is not an http(s) URL',
  ]);
  const { INSTAGRAM_PROXY_URL: proxy } = loadSettings({
    INSTAGRAM_PROXY_URL: 'http://user:hunter2@proxy:3128',
  });
  expect([`${proxy}`, proxy?.reveal()]).toEqual(['[secret]', 'http://user:hunter2@proxy:3128']);
});

test('what Kubernetes injects beside a service of that name is no mistake', () => {
  expect(
    problemsOf({
      EVERGRANT_SERVICE_HOST: '10.0.0.1',
      EVERGRANT_SERVICE_PORT: '80',
      EVERGRANT_PORT: 'tcp://10.0.0.1:80',
      EVERGRANT_PORT_80_TCP: 'x',
      EVERGRANT_PORT_80_TCP_ADDR: 'x',
    }),
  ).toEqual([]);
});

test('a secret may come from a file, but not from both', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'config-')), 'key');
  writeFileSync(file, ` ${GOOD_KEY}\n`);
  expect(loadSettings({ EVERGRANT_API_KEY_FILE: file }).EVERGRANT_API_KEY?.reveal()).toBe(GOOD_KEY);
  expect(problemsOf({ EVERGRANT_API_KEY_FILE: file, EVERGRANT_API_KEY: GOOD_KEY })).toHaveLength(1);
  expect(problemsOf({ EVERGRANT_API_KEY_FILE: '/does/not/exist' })).toEqual([
    'EVERGRANT_API_KEY_FILE names a file that cannot be read',
  ]);
});

test.each(['x', 'evg_', 'a'.repeat(64), 'abcabcab'.repeat(8), '0123456789abcdef0123456789abcde'])(
  'the bootstrap key %s can be guessed',
  (key) => {
    expect(problemsOf({ EVERGRANT_API_KEY: key })).toEqual([
      'EVERGRANT_API_KEY is not at least 32 random characters: create one with `openssl rand -hex 32`',
    ]);
  },
);

test('other host names are listed, not matched', () => {
  expect(
    loadSettings({ EVERGRANT_ALLOWED_HOSTS: 'api, API.example:3000,[::1]:80' }).EVERGRANT_ALLOWED_HOSTS,
  ).toEqual(['api', 'api.example:3000', '[::1]:80']);
  for (const wrong of ['*', '*.example.com', 'https://api', 'api/x', 'a b', 'api:', '::1'])
    expect(problemsOf({ EVERGRANT_ALLOWED_HOSTS: wrong })).toEqual([
      'EVERGRANT_ALLOWED_HOSTS holds something that is not a host name, with or without a port',
    ]);
});

test('where the keys came from is kept, so that the file can be followed', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'config-')), 'keys');
  const keys = `k1:${keyBytes(0).toString('base64')}`;
  writeFileSync(file, `${keys}\n`);
  expect(loadSettings({ EVERGRANT_KEYS_FILE: file })).toMatchObject({ EVERGRANT_KEYS: keys, keysFile: file });
  expect(loadSettings({ EVERGRANT_KEYS: keys }).keysFile).toBeNull();
});

test('without anything set, the defaults apply', () => {
  expect(loadSettings({})).toMatchObject({
    EVERGRANT_HTTP_PORT: 3000,
    EVERGRANT_HTTP_HOST: '127.0.0.1',
    EVERGRANT_METRICS_PORT: 9464,
    EVERGRANT_DATA_DIR: '.data',
  });
});

test.each([
  ['SMTP_URL', 'https://mail.example.com'],
  ['SMTP_URL', 'mail.example.com:25'],
  ['EVERGRANT_OPERATOR_EMAIL', 'operators'],
  ['EVERGRANT_OPERATOR_EMAIL', 'a@x.example, b@x.example'],
  ['EVERGRANT_NOTICE_FROM', 'Acme'],
  ['EVERGRANT_NOTICE_FROM', 'a@x.example, b@x.example'],
  ['EVERGRANT_NOTICE_FROM', 'Acme\r\nBcc: b@x.example <a@x.example>'],
])('%s=%j is refused, by its name', (name, value) => {
  expect(() => loadSettings({ [name]: value })).toThrow(new RegExp(`- ${name} is`));
});

test.each([
  [{}, { name: 'Evergrant', address: 'no-reply@127.0.0.1' }],
  [
    { EVERGRANT_PUBLIC_URL: 'https://eg.acme.example', EVERGRANT_PRODUCT_NAME: 'Acme, Inc <x>' },
    { name: 'Acme, Inc <x>', address: 'no-reply@eg.acme.example' },
  ],
  [{ EVERGRANT_NOTICE_FROM: 'a@x.example' }, { name: '', address: 'a@x.example' }],
  [{ EVERGRANT_NOTICE_FROM: '"Acme, Inc" <a@x.example>' }, { name: 'Acme, Inc', address: 'a@x.example' }],
])('with %j mails come from %j', (env, from) => {
  expect(mailSettings(loadSettings(env), new Secret('smtp://127.0.0.1')).from).toEqual(from);
});

test.each([
  ['https://evergrant.example', true],
  ['https://evergrant.example/', true],
  ['http://127.0.0.1:3000', true],
  ['https://example.com/evergrant', false],
  ['https://example.com/?a=1', false],
  ['https://example.com/#a', false],
  ['https://user:word@example.com', false],
])('the public address is a host of its own: %s', (EVERGRANT_PUBLIC_URL, isFine) => {
  const problems = problemsOf({ EVERGRANT_PUBLIC_URL });
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(isFine ? [] : ['EVERGRANT_PUBLIC_URL']);
});

test.each([
  ['localhost:7233', true],
  ['127.0.0.1:7233', true],
  ['[::1]:7233', true],
  ['my-ns.a1b2c.tmprl.cloud:7233', true],
  ['https://my-ns.a1b2c.tmprl.cloud:7233', false],
  ['grpc://localhost:7233', false],
  ['localhost', false],
  ['localhost:7233/', false],
  ['localhost:grpc', false],
])('Temporal is at host:port: %s', (TEMPORAL_ADDRESS, isFine) => {
  const problems = problemsOf({ TEMPORAL_ADDRESS });
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(isFine ? [] : ['TEMPORAL_ADDRESS']);
  const read = () => temporalSettings({ TEMPORAL_ADDRESS });
  if (isFine) expect(read().connectionOptions.address).toBe(TEMPORAL_ADDRESS);
  else expect(read).toThrow(ConfigError);
});

test.each([
  { TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/cert.pem', TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere/key.pem' },
  { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml', TEMPORAL_PROFILE: 'prod' },
])('what Temporal’s own settings lack is an error of settings: %j', (env) => {
  expect(() => temporalSettings(env)).toThrow(ConfigError);
});
