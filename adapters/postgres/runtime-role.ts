import { type Client } from 'pg';
import { createClient } from './connection';
import { MIGRATIONS_TABLE } from './migrate';

/** The role cannot be what it should be. Its message is for operators. */
export class RuntimeRoleRefused extends Error {
  override name = 'RuntimeRoleRefused';
}

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Gives a role what API, worker and command line need of a migrated database, and nothing else: it reads and writes rows,
 * also of tables that later migrations create, and changes no schema. Repeating it changes nothing.
 * @param databaseUrl of the role that migrates, which owns the tables
 * @returns `created`: the role is new, and has no password yet
 * @throws RuntimeRoleRefused
 */
export async function grantRuntimeRole(databaseUrl: string, role: string): Promise<{ created: boolean }> {
  const db = createClient(databaseUrl);
  db.on('error', () => undefined);
  await db.connect();
  try {
    await db.query('begin');
    const created = await ensureRole(db, role);
    await grant(db, role);
    await refuseMore(db, role);
    await db.query('commit');
    return { created };
  } finally {
    await db.end();
  }
}

async function ensureRole(db: Client, role: string): Promise<boolean> {
  const { rows } = await db.query<{ rolsuper: boolean; is_owner: boolean }>(
    `select rolsuper or rolcreaterole or rolcreatedb as rolsuper, pg_has_role(rolname, current_user, 'member') as is_owner
     from pg_roles where rolname = $1`,
    [role],
  );
  const [found] = rows;
  if (found?.rolsuper || found?.is_owner)
    throw new RuntimeRoleRefused(
      `The role ${role} is the one that migrates, belongs to it, or is an administrator. Name another one.`,
    );
  if (found) return false;
  await db.query(`create role ${db.escapeIdentifier(role)} login`).catch((error: { code?: string }) => {
    if (error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new RuntimeRoleRefused(
      `The role ${role} does not exist, and may not be created here. As an administrator: create role ${role} login password '…'.`,
    );
  });
  return true;
}

async function grant(db: Client, name: string): Promise<void> {
  const role = db.escapeIdentifier(name);
  const { rows } = await db.query<{ database: string; schema: string }>(
    'select current_database() as database, current_schema() as schema',
  );
  const database = db.escapeIdentifier(rows[0]!.database);
  const schema = db.escapeIdentifier(rows[0]!.schema);
  await db.query(`grant connect on database ${database} to ${role}`);
  await db.query(`grant usage on schema ${schema} to ${role}`);
  await db.query(`revoke all on all tables in schema ${schema} from ${role}`);
  await db.query(`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`);
  await db.query(`revoke insert, update, delete on ${MIGRATIONS_TABLE} from ${role}`);
  await db.query(
    `alter default privileges in schema ${schema} grant select, insert, update, delete on tables to ${role}`,
  );
}

/** What everybody may do is not taken away here: others may need it. */
async function refuseMore(db: Client, role: string): Promise<void> {
  const { rows } = await db.query<{ schema: string; creates: boolean; owns: boolean }>(
    `select current_schema() as schema, has_schema_privilege($1, current_schema(), 'create') as creates,
       exists (select 1 from pg_class where relnamespace = current_schema()::regnamespace
                 and relowner = (select oid from pg_roles where rolname = $1)) as owns`,
    [role],
  );
  const { schema, creates, owns } = rows[0]!;
  if (creates)
    throw new RuntimeRoleRefused(
      `The role ${role} may create tables in the schema ${schema}, as everybody may. First: revoke create on schema ${schema} from public.`,
    );
  if (owns)
    throw new RuntimeRoleRefused(`The role ${role} owns tables in the schema ${schema}. Name another one.`);
}
