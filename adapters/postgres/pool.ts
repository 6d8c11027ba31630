import { type Client, Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { connectionOf } from './connection';

/** What can run a statement: the pool, or one connection inside a transaction. */
export interface Db {
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>>;
}

const STATEMENT_TIMEOUT_MS = 15_000;
/** What an answer may take on its way beyond the statement's own time. */
const NETWORK_MS = 2_000;

/** @param connectionString a `postgres://` URL */
export function createPool(
  connectionString: string,
  options: { max?: number; onError?: (error: Error) => void; statementTimeoutMs?: number } = {},
): Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const connections = new Set<PoolClient>();
  const pool = new Pool({
    ...connectionOf(connectionString),
    max: options.max ?? 20,
    connectionTimeoutMillis: 5_000,
    // By this side's clock: a path that goes silent is noticed without the server, and its connection is destroyed.
    query_timeout: statementTimeoutMs + NETWORK_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'evergrant',
    // Awaited before the connection is handed out, though its type does not say so.
    onConnect(client) {
      connections.add(client as PoolClient);
      client.once('end', () => connections.delete(client as PoolClient));
      return limitSession(client as PoolClient, statementTimeoutMs) as unknown as void;
    },
  });
  // Without a listener a connection that the server closes while idle would end the process.
  pool.on('error', (error) => options.onError?.(error));
  own.set(pool, { url: connectionString, connections, statementTimeoutMs });
  return pool;
}

/** A transaction waits for locks, and may stand idle, no longer than this. */
const LOCK_TIMEOUT = '10s';
const IDLE_TIMEOUT = '30s';
/** Connections whose session has the limits, so that their transactions need not set them. */
const limited = new WeakSet<PoolClient>();

/**
 * Limits statements on the server's side, where the connection leads to one session alone. A pooler would refuse the
 * limits as startup parameters, and lend a session that was changed to others: behind it, transactions carry their own
 * limits, and all else has those of the role (docs/configuration.md).
 */
async function limitSession(client: PoolClient, statementTimeoutMs: number): Promise<void> {
  const { rowCount } = await client.query(
    `select set_config('statement_timeout', $2, false), set_config('lock_timeout', $3, false),
       set_config('idle_in_transaction_session_timeout', $4, false)
     where pg_backend_pid() = $1`,
    [processIdOf(client), String(statementTimeoutMs), LOCK_TIMEOUT, IDLE_TIMEOUT],
  );
  if (rowCount === 1) limited.add(client);
}

/**
 * Whether a connection leads to a session of PostgreSQL's, and not to a pooler: a pooler makes up the process id by
 * which queries are cancelled.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function isDirect(client: Client | PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid === processIdOf(client);
}

function processIdOf(client: Client | PoolClient): number | null {
  return (client as { processID?: number | null }).processID ?? null;
}

/** What is known of a pool beyond its own fields. */
const own = new WeakMap<Pool, { url: string; connections: Set<PoolClient>; statementTimeoutMs: number }>();

/** The address that a pool was made for, with what it says of TLS. */
export function urlOf(pool: Pool): string {
  return own.get(pool)?.url ?? '';
}

/**
 * Closes a pool. What is under way may end within `graceMs`, then its connections are cut: on a path that went silent a
 * process would not end before the last query has timed out.
 */
export async function closePool(pool: Pool, graceMs: number): Promise<void> {
  const cut = setTimeout(() => {
    // `end` of a connection with a query under way does not wait for it.
    for (const client of own.get(pool)?.connections ?? []) void (client as unknown as Client).end();
  }, graceMs);
  await pool.end().finally(() => clearTimeout(cut));
}

/** PostgreSQL undid a transaction because of another one: the same work may succeed now. */
const UNDONE_BY_ANOTHER = ['40001', '40P01'];
const TRANSACTION_TRIES = 3;

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws. One that PostgreSQL undid
 * because of a deadlock or a conflict is repeated: `work` must do nothing but queries. So that there are none, every
 * transaction locks an integration's row before anything that belongs to it.
 * @param pool or a connection inside of a transaction, which the work then joins
 */
export async function withTransaction<T>(pool: Db, work: (db: Db) => Promise<T>): Promise<T> {
  if (!(pool instanceof Pool)) return work(pool);
  for (let tries = 1; ; tries++) {
    try {
      return await oneTransaction(pool, work);
    } catch (error) {
      const { code } = (error ?? {}) as { code?: string };
      if (tries >= TRANSACTION_TRIES || !UNDONE_BY_ANOTHER.includes(code ?? '')) throw error;
    }
  }
}

async function oneTransaction<T>(pool: Pool, work: (db: Db) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  // A connection that breaks between two queries says so by this event, which would otherwise end the process.
  const onError = (error: Error) => (lost = error);
  client.on('error', onError);
  try {
    await client.query(limited.has(client) ? 'begin' : beginWithLimits(pool));
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // Whatever is no answer of PostgreSQL leaves the connection in an unknown state.
    if (!isAnswer(error)) lost ??= error as Error;
    if (!lost) await client.query('rollback').catch((failed: Error) => (lost = failed));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(lost);
  }
}

function beginWithLimits(pool: Pool): string {
  const statementTimeoutMs = own.get(pool)?.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  return `begin; set local lock_timeout = '${LOCK_TIMEOUT}'; set local idle_in_transaction_session_timeout = '${IDLE_TIMEOUT}';
    set local statement_timeout = ${statementTimeoutMs}`;
}

/** Whether PostgreSQL itself refused, by an SQLSTATE, or the work gave up: the connection is fine. */
function isAnswer(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: string };
  if (typeof code === 'string') return /^(?!E|08|57P)[0-9A-Z]{5}$/.test(code);
  return name !== 'Error';
}

/** Whether an error is the violation of the named unique constraint or index. */
export function violates(error: unknown, constraint: string): boolean {
  const { code, constraint: name } = (error ?? {}) as { code?: string; constraint?: string };
  return code === '23505' && name === constraint;
}
