import { type SealContext, type Sealed } from '../../encryption/sealer';
import { type Db } from '../pool';
import { holdingContext } from '../access/oauth-holdings';
import { payloadContext } from '../messages/sealed-payloads';
import { tokenContext } from '../tokens/token-versions';
import { webhookSecretContext } from '../deliveries/webhook-endpoints';

interface Row {
  [column: string]: unknown;
}

/** A table with encrypted values (`sealed`, `key_id`), as `evergrant keys` needs it. */
export interface SealedTable {
  name: string;
  /** What the rows contain, for output. */
  title: string;
  key: readonly { column: string; type: 'text' | 'integer' }[];
  /** Further columns of the encryption context. */
  context: { columns: readonly string[]; of(row: Row): SealContext };
}

const PROVIDER = '(select provider from integrations where id = t.integration_id) as provider';

/** Every table with encrypted rows. Add new tables here. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    name: 'token_versions',
    title: 'tokens',
    key: [
      { column: 'integration_id', type: 'text' },
      { column: 'version', type: 'integer' },
    ],
    context: {
      columns: [PROVIDER],
      of: (row) =>
        tokenContext({ id: String(row.integration_id), provider: String(row.provider) }, Number(row.version)),
    },
  },
  {
    name: 'sealed_payloads',
    title: 'texts',
    key: [{ column: 'id', type: 'text' }],
    context: {
      columns: ['integration_id', 'purpose', PROVIDER],
      of: (row) =>
        payloadContext(String(row.id), {
          integrationId: String(row.integration_id),
          provider: String(row.provider),
          purpose: String(row.purpose),
        }),
    },
  },
  {
    name: 'webhook_endpoints',
    title: 'webhook secrets',
    key: [{ column: 'id', type: 'text' }],
    context: { columns: [], of: (row) => webhookSecretContext(String(row.id)) },
  },
  {
    name: 'webhook_old_secrets',
    title: 'webhook secrets that end',
    key: [{ column: 'endpoint_id', type: 'text' }],
    context: { columns: [], of: (row) => webhookSecretContext(String(row.endpoint_id)) },
  },
  {
    name: 'oauth_holdings',
    title: 'connections under way',
    key: [{ column: 'id', type: 'text' }],
    context: {
      columns: ['integration_id', PROVIDER],
      of: (row) =>
        holdingContext(String(row.id), { id: String(row.integration_id), provider: String(row.provider) }),
    },
  },
];

/** An encrypted value and its place. */
export interface SealedRow extends Sealed {
  key: unknown[];
  context: SealContext;
}

/** How many rows each key has encrypted, by table. */
export async function countByKey(db: Db): Promise<Map<string, Record<string, number>>> {
  const counts = new Map<string, Record<string, number>>();
  for (const { name } of SEALED_TABLES) {
    const { rows } = await db.query<{ key_id: string; count: string }>(
      `select key_id, count(*) from ${name} group by key_id`,
    );
    for (const { key_id, count } of rows)
      counts.set(key_id, { ...counts.get(key_id), [name]: Number(count) });
  }
  return counts;
}

/** Rows encrypted with another key than `keyId`. @param after the last row of the previous page */
export async function findSealedOtherwise(
  db: Db,
  { name, key, context }: SealedTable,
  keyId: string,
  after: unknown[] | null,
  limit: number,
): Promise<SealedRow[]> {
  const columns = key.map(({ column }) => `t.${column}`);
  const place = key.map(({ type }, index) => `$${index + 3}::${type}`);
  const { rows } = await db.query<Row>(
    `select ${[...columns, 't.sealed', 't.key_id', ...context.columns].join(', ')} from ${name} t
     where t.key_id <> $1 ${after ? `and (${columns.join(', ')}) > (${place.join(', ')})` : ''}
     order by ${columns.join(', ')} limit $2`,
    [keyId, limit, ...(after ?? [])],
  );
  return rows.map((row) => ({
    key: key.map(({ column }) => row[column]),
    sealed: row.sealed as Buffer,
    keyId: row.key_id as string,
    context: context.of(row),
  }));
}

/**
 * Replaces encrypted values with re-encrypted ones. A row that is locked or has changed is skipped, so nothing waits for
 * a lock.
 * @returns how many were replaced
 */
export async function replaceSealed(
  db: Db,
  { name, key }: SealedTable,
  rows: readonly { key: unknown[]; was: Buffer; now: Sealed }[],
): Promise<number> {
  const columns = key.map(({ column }) => column);
  const same = (left: string, right: string) =>
    columns.map((column) => `${left}.${column} = ${right}.${column}`).join(' and ');
  const lists = key.map(({ type }, index) => `$${index + 4}::${type}[]`);
  const { rowCount } = await db.query(
    `with wanted (was, sealed, key_id, ${columns.join(', ')}) as (
       select * from unnest($1::bytea[], $2::bytea[], $3::text[], ${lists.join(', ')})
     ), free as (
       select ${columns.map((column) => `t.${column}`).join(', ')}, w.sealed, w.key_id
       from ${name} t join wanted w on ${same('t', 'w')} and t.sealed = w.was
       for update of t skip locked
     )
     update ${name} t set sealed = free.sealed, key_id = free.key_id from free where ${same('t', 'free')}`,
    [
      rows.map(({ was }) => was),
      rows.map(({ now }) => now.sealed),
      rows.map(({ now }) => now.keyId),
      ...key.map((_, index) => rows.map((row) => row.key[index])),
    ],
  );
  return rowCount ?? 0;
}
