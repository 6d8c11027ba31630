import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  connectionOf,
  connectionProblem,
  createClient,
  protectionOf,
} from '../../../adapters/postgres/connection';
import { migrate } from '../../../adapters/postgres/migrate';
import { createPool, urlOf } from '../../../adapters/postgres/pool';
import { databaseTrouble } from '../../../adapters/postgres/write-check';
import { startEmbeddedPostgres } from '../../../dev/postgres/embedded-postgres';
import { clusterUser, giveTo } from '../../../dev/postgres/privileges';
import { afterwards, temporaryFolder } from '../../support/temporary-folder';
import { SERVER_TLS } from '../../support/tls';

const AUTHORITY = join(__dirname, '..', '..', 'support', 'tls', 'authority.pem');

test.each([
  ['postgres://u:p@127.0.0.1:5432/x', 'local'],
  ['postgres://u:p@localhost/x', 'local'],
  ['postgres://u:p@[::1]:5432/x', 'local'],
  ['postgres:///x', 'local'],
  ['postgres://u:p@/x?host=/var/run/postgresql', 'local'],
  ['postgres://u:p@%2Fvar%2Frun%2Fpostgresql/x', 'local'],
  ['postgres://u:p@db.example:5432/x', 'verified'],
  ['postgres://u:p%40127.0.0.1@db.example/x', 'verified'],
  ['postgres://127.0.0.1@db.example/x', 'verified'],
  ['postgres://u:p@127.0.0.1/x?host=db.example', 'verified'],
  ['postgres://u:p@localhost.example/x', 'verified'],
  ['postgres://u:p@10.0.0.7/x?application_name=a', 'verified'],
  ['postgres://u:p@db.example/x?sslmode=require', 'verified'],
  ['postgres://u:p@db.example/x?ssl=true', 'verified'],
  [`postgres://u:p@db.example/x?sslmode=verify-ca&sslrootcert=${AUTHORITY}`, 'verified'],
  ['postgres://u:p@db.example/x?sslmode=no-verify', 'unverified'],
  ['postgres://u:p@db.example/x?sslmode=disable', 'plain'],
  ['postgres://u:p@db.example/x?ssl=0', 'plain'],
])('%s is %s', (url, protection) => {
  expect(protectionOf(url)).toBe(protection);
  const { ssl, connectionString } = connectionOf(url);
  expect(connectionString).not.toMatch(/ssl/);
  expect(ssl).toEqual(
    ['local', 'plain'].includes(protection)
      ? false
      : expect.objectContaining({ rejectUnauthorized: protection === 'verified' }),
  );
});

test('other parameters stay as they are', () => {
  const { connectionString } = connectionOf(
    'postgres://u:p@h/x?options=-c%20a%3Db&sslmode=disable&host=%2Ftmp',
  );
  expect(connectionString).toBe('postgres://u:p@h/x?options=-c%20a%3Db&host=%2Ftmp');
});

test('the environment of libpq takes no protection away', () => {
  const before = process.env.PGSSLMODE;
  process.env.PGSSLMODE = 'disable';
  afterwards(() => (before === undefined ? delete process.env.PGSSLMODE : (process.env.PGSSLMODE = before)));
  const client = createClient('postgres://u:p@db.example/x') as unknown as { ssl: unknown };
  expect(client.ssl).toMatchObject({ rejectUnauthorized: true });
});

test.each([
  ['sslmode=prefer', 'none of'],
  ['sslmode=allow', 'none of'],
  ['sslmode=', 'none of'],
  ['sslmode=Disable', 'none of'],
  ['sslrootcert=/nowhere.pem', 'cannot be read'],
])('%s is rejected', (query, why) => {
  expect(connectionProblem(`postgres://u:secret@db.example/x?${query}`)).toContain(why);
  expect(connectionProblem(`postgres://u:secret@db.example/x?${query}`)).not.toContain('secret');
});

test('every connection is made in one place', () => {
  const root = join(__dirname, '..', '..', '..');
  const folders = ['activities', 'adapters', 'cli', 'client', 'dev', 'http', 'services', 'worker'];
  const makers = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    )
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return /from 'pg'/.test(text) && /new (Client|Pool)\(/.test(text);
    });
  expect(makers.sort()).toEqual([
    'adapters/postgres/connection.ts',
    'adapters/postgres/pool.ts',
    // Its own server, on loopback.
    'dev/postgres/embedded-postgres.ts',
  ]);
});

test('a server with TLS is used with TLS and believed by its certificate alone', async () => {
  const folder = temporaryFolder();
  const dataDir = join(folder, 'data');
  const server = await startEmbeddedPostgres({
    ...{ dataDir, logFile: join(folder, 'log'), password: 'p', durable: false },
  });
  afterwards(() => server.stop());
  const local = server.url('postgres');
  // Reaches this machine, and no certificate is for it.
  const elsewhere = local.replace('127.0.0.1', '0.0.0.0');
  const connect = async (url: string) => {
    const pool = createPool(url, { max: 1 });
    try {
      const { rows } = await pool.query<{ ssl: boolean }>(
        'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
      );
      return rows[0]!.ssl;
    } catch (error) {
      return databaseTrouble(error) ?? error;
    } finally {
      await pool.end();
    }
  };
  expect(await connect(elsewhere)).toContain('offers no TLS');
  expect(await connect(`${elsewhere}?sslmode=disable`)).toBe(false);
  expect(await connect(local)).toBe(false);
  await expect(migrate(elsewhere)).rejects.toThrow('does not support SSL');

  const user = clusterUser(dataDir);
  for (const [name, text] of [
    ['server.crt', SERVER_TLS.cert],
    ['server.key', SERVER_TLS.key],
  ] as const) {
    writeFileSync(join(dataDir, name), text);
    chmodSync(join(dataDir, name), 0o600);
    giveTo(user, join(dataDir, name));
  }
  const admin = createClient(local);
  await admin.connect();
  await admin.query('alter system set ssl = on');
  await admin.query('select pg_reload_conf()');
  await admin.end();

  const trusting = `sslrootcert=${encodeURIComponent(AUTHORITY)}`;
  expect(await connect(elsewhere)).toContain('not trusted here');
  expect(await connect(`${elsewhere}?sslmode=require`)).toContain('not trusted here');
  expect(await connect(`${elsewhere}?sslmode=verify-ca`)).toContain('not trusted here');
  expect(await connect(`${elsewhere}?${trusting}`)).toContain('for another name');
  expect(await connect(`${elsewhere}?sslmode=require&${trusting}`)).toContain('for another name');
  expect(await connect(`${elsewhere}?sslmode=verify-ca&${trusting}`)).toBe(true);
  expect(await connect(`${elsewhere}?sslmode=no-verify`)).toBe(true);
  expect(await connect(`${local}?sslmode=verify-full&${trusting}`)).toBe(true);
  expect(await connect(`${local.replace('127.0.0.1', 'localhost')}?sslmode=verify-full&${trusting}`)).toBe(
    true,
  );
  expect(await migrate(`${elsewhere}?sslmode=verify-ca&${trusting}`)).not.toEqual([]);
  await expect(migrate(elsewhere)).rejects.toMatchObject({
    code: expect.stringMatching(/SELF_SIGNED|UNABLE/),
  });
});

test('a pool remembers its whole address, for connections beside it', async () => {
  const url = 'postgres://u:p@db.example/x?sslmode=verify-ca';
  const pool = createPool(url);
  expect(urlOf(pool)).toBe(url);
  await pool.end();
});
