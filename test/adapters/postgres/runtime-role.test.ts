import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createPool } from '../../../adapters/postgres/pool';
import { grantRuntimeRole } from '../../../adapters/postgres/runtime-role';
import { evergrant } from '../../support/cli';
import { ask, createInstallation, takeOver } from '../../support/installation';
import { published } from '../../support/servers';
import { afterwards } from '../../support/temporary-folder';
import { until } from '../../support/until';

/** A role of the cluster that nobody has made yet; gone after the test, whose databases are gone by then. */
function newRole(): string {
  const role = `app_${randomBytes(6).toString('hex')}`;
  afterwards(() => asAdmin(published('postgresUrl'), (admin) => admin.query(`drop role if exists ${role}`)));
  return role;
}

async function asAdmin<T>(url: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client(url);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function withPassword(url: string, role: string): Promise<string> {
  await asAdmin(url, (admin) => admin.query(`alter role ${role} password 'of-the-app'`));
  return Object.assign(new URL(url), { username: role, password: 'of-the-app' }).href;
}

test('API and worker live with a role that reads and writes rows, and changes nothing else', async () => {
  const role = newRole();
  const installation = await createInstallation();
  const { databaseUrl, env } = installation;
  const migrated = await evergrant(['migrate', '--runtime-role', role], { env });
  expect([migrated.code, migrated.out]).toEqual([0, expect.stringContaining(`\\password ${role}`)]);
  const again = await evergrant(['migrate'], { env: { ...env, EVERGRANT_DATABASE_RUNTIME_ROLE: role } });
  expect([again.code, again.out.includes('password')]).toEqual([0, false]);

  env.DATABASE_URL = await withPassword(databaseUrl, role);
  const [token] = installation.oldTokens(['of_the_role']);
  const worker = await installation.start('worker');
  const api = await installation.start('api');
  const id = await takeOver(api.url, 'owner', token!);
  expect((await ask(api.url, 'GET', `/integrations/${id}/token`)).body.version).toBe(1);
  expect((await ask(api.url, 'POST', `/integrations/${id}/refresh`)).body.refreshed).toBe(true);
  await until(async () => {
    const { body } = await ask(api.url, 'GET', '/fleet');
    return (body.audit as { lastRunAt: string | null }).lastRunAt !== null;
  });
  for (const started of [api, worker]) {
    expect(started.child.err()).not.toContain('permission denied');
    await started.stop();
  }

  // A table of a later migration, which its owner makes.
  await asAdmin(databaseUrl, (admin) =>
    admin.query('create table later (id int generated always as identity, n int)'),
  );
  const pool = createPool(env.DATABASE_URL, { max: 1 });
  afterwards(() => pool.end());
  await pool.query('insert into later (n) values (1)');
  expect((await pool.query('select name from evergrant_migrations')).rowCount).toBeGreaterThan(10);
  for (const statement of [
    'create table mine (id int)',
    'create index on events (at)',
    'create schema mine',
    'alter table events add column mine int',
    'alter table events disable trigger all',
    'drop table later',
    'drop index events_feed',
    'truncate later',
    'create function mine() returns int language sql as $$ select 1 $$',
    'create or replace function tell_relays() returns trigger language plpgsql as $$ begin return null; end $$',
    'delete from evergrant_migrations',
    'update evergrant_migrations set run_on = now()',
    `insert into evergrant_migrations (name, run_on) values ('x', now())`,
    'create role other',
    `copy events to program 'true'`,
    'create extension plpython3u',
    `alter role ${role} createdb`,
  ])
    expect([statement, await pool.query(statement).catch((error: { code: string }) => error.code)]).toEqual([
      statement,
      expect.stringMatching(/^(42501|0A000)$/),
    ]);
});

test('a role that could do more is refused, and a database in which everybody may create tables', async () => {
  const { databaseUrl, env } = await createInstallation();
  const owner = new URL(databaseUrl).username;
  await expect(grantRuntimeRole(databaseUrl, owner)).rejects.toThrow('Name another one');
  const role = newRole();
  await asAdmin(databaseUrl, (admin) => admin.query('grant create on schema public to public'));
  await expect(grantRuntimeRole(databaseUrl, role)).rejects.toThrow(
    'revoke create on schema public from public',
  );
  const { rowCount } = await asAdmin(databaseUrl, (admin) =>
    admin.query('select 1 from pg_roles where rolname = $1', [role]),
  );
  expect(rowCount).toBe(0);
  const { code, err } = await evergrant(['migrate', '--runtime-role', 'a; drop table events'], { env });
  expect([code, err.includes('is no name of a role')]).toEqual([1, true]);
});
