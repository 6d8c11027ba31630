import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = join(__dirname, '..', '..');
const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const COMPOSE = 'docker-compose';
const hasCompose = spawnSync(COMPOSE, ['version']).status === 0;

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);

(hasCompose ? test : test.skip)('docker-compose accepts the file', () => {
  const { status, stderr } = spawnSync(COMPOSE, ['config', '--quiet'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

/** Ours is built here. The digest of the Web UI's image is not known here; it holds no secret, and is not needed to run. */
const WITHOUT_DIGEST = [/^evergrant:/, /^temporalio\/ui:/];

test('every image is pinned to a full version and its digest', () => {
  const images = [...all(compose, /^\s*image: (\S+)$/gm), ...all(dockerfile, /^FROM (\S+)/gm)];
  expect(images.length).toBeGreaterThan(7);
  for (const image of images) expect(image).toMatch(/:\d+\.\d+(\.\d+)?(-[a-z-]+)?(@|$)/);
  const open = images.filter((image) => !WITHOUT_DIGEST.some((known) => known.test(image)));
  for (const image of open) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
});

test('ports are published on loopback only', () => {
  const ports = all(compose, /^\s*ports: \[(.*)\]$/gm);
  expect(ports).toHaveLength(compose.match(/\bports:/g)!.length);
  for (const port of ports) expect(port).toMatch(/^'127\.0\.0\.1:\d+:\d+'$/);
});

interface Service {
  secrets?: string[];
  environment?: Record<string, string>;
  command?: string[];
}

test('every container has the secrets that it needs, and no others', () => {
  const { services } = parse(compose, { merge: true }) as { services: Record<string, Service> };
  const instagram = ['app_secret', 'app_secret_previous', 'proxy_url', 'webhook_verify_token'];
  const worker = [
    'database_url',
    'evergrant_keys',
    'smtp_url',
    ...instagram.map((name) => `instagram_${name}`),
  ];
  const expected: Record<string, string[]> = {
    postgres: ['evergrant_db_password', 'postgres_password', 'temporal_db_password'],
    'temporal-schema': ['temporal_db_password'],
    temporal: ['temporal_db_password'],
    'temporal-namespace': [],
    'temporal-ui': [],
    migrate: ['database_url'],
    worker,
    api: [...worker, 'evergrant_api_key'],
  };
  expect(Object.keys(services).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { secrets = [], environment = {} }] of Object.entries(services)) {
    expect([name, [...secrets].sort()]).toEqual([name, expected[name]!.sort()]);
    // Evergrant reads each of them, and nothing that is not mounted.
    const read = Object.values(environment).flatMap((value) =>
      all(String(value), /^\/run\/secrets\/(\w+)$/g),
    );
    if (['migrate', 'worker', 'api'].includes(name))
      expect([name, read.sort()]).toEqual([name, expected[name]]);
  }
});

/** Settings of `docs/configuration.md` that a process reads and that its container does not get, with the reason. */
const LEFT_OUT: Record<string, string> = {
  DATABASE_DIRECT_URL: 'there is no connection pooler in between',
  EVERGRANT_HTTP_PORT: 'the port within the container; the published one is in `ports`',
  EVERGRANT_METRICS_PORT: 'the port within the container',
  INSTAGRAM_AUTHORIZE_URL: 'for tests against a simulator',
  INSTAGRAM_API_URL: 'for tests against a simulator',
  INSTAGRAM_GRAPH_URL: 'for tests against a simulator',
  TEMPORAL_API_KEY: 'the Temporal of this file has no access control',
  TEMPORAL_TLS: 'the Temporal of this file is on the same private network',
};

test.each(['api', 'worker', 'migrate'])(
  'every setting that %s reads is passed, or left out for a reason',
  (name) => {
    const documented = readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8');
    const settings = [...documented.matchAll(/^\| `([A-Z][A-Z_]+)`.*\| ([^|]*) \|$/gm)]
      .filter(([, , readers]) =>
        readers!.split(/[ ,()]+/).some((reader) => reader === name || reader === 'all'),
      )
      .map(([, setting]) => setting!);
    expect(settings.length).toBeGreaterThan(2);
    const { services } = parse(compose, { merge: true }) as { services: Record<string, Service> };
    const passed = Object.keys(services[name]?.environment ?? {}).map((one) => one.replace(/_FILE$/, ''));
    expect(settings.filter((setting) => !passed.includes(setting) && !(setting in LEFT_OUT))).toEqual([]);
  },
);

test('no secret is in an environment variable', () => {
  const variables = all(compose, /^\s+([A-Z_]*(?:PASSWORD|PWD|SECRET|TOKEN|KEY|KEYS|URL)[A-Z_]*): /gm);
  const open = variables.filter((name) => !/_(FILE|DAYS)$/.test(name));
  expect(open.sort()).toEqual([
    'EVERGRANT_LOGO_URL',
    'EVERGRANT_PUBLIC_URL',
    'EVERGRANT_SUPPORT_URL',
    'EVERGRANT_TEMPORAL_UI_URL',
  ]);
});

describe('create-secrets.sh', () => {
  let clone: string;
  beforeEach(() => {
    clone = temporaryFolder();
    mkdirSync(join(clone, 'ops'));
    cpSync(join(ROOT, 'ops', 'compose'), join(clone, 'ops', 'compose'), {
      recursive: true,
      filter: (path) => !/secrets\/[^.]/.test(path),
    });
  });

  const create = () => spawnSync(join(clone, 'ops', 'compose', 'create-secrets.sh'), { encoding: 'utf8' });
  const folder = () => join(clone, 'ops', 'compose', 'secrets');
  const secrets = () =>
    Object.fromEntries(names().map((name) => [name, readFileSync(join(folder(), name), 'utf8')]));
  const names = () => readdirSync(folder()).filter((name) => !name.startsWith('.'));

  test('creates every secret that the file mounts, in a folder closed to others', () => {
    expect(create().status).toBe(0);
    expect(names().sort()).toEqual(all(compose, /file: \.\/ops\/compose\/secrets\/(\w+)/g).sort());
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    const { database_url: url, evergrant_db_password: password, evergrant_keys: keys } = secrets();
    expect(url).toBe(`postgres://evergrant:${password}@postgres:5432/evergrant?sslmode=disable`);
    expect(Buffer.from(keys!.replace(/^k1:/, ''), 'base64')).toHaveLength(32);
  });

  test('keeps the secrets of an earlier run', () => {
    create();
    const before = secrets();
    expect(create().status).toBe(0);
    expect(secrets()).toEqual(before);
  });
});

test('the image is built from every folder of sources', () => {
  const { exclude } = parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')) as { exclude: string[] };
  const sources = readdirSync(ROOT, { withFileTypes: true })
    .filter((one) => one.isDirectory() && !one.name.startsWith('.') && !exclude.includes(one.name))
    .filter(({ name }) => readdirSync(join(ROOT, name)).some((file) => file.endsWith('.ts')));
  const sent = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  expect(sources.length).toBeGreaterThan(9);
  for (const { name } of sources) expect(sent).toContain(`!${name}`);
});
