import { SECOND_MS } from '../../core/time';
import { held } from '../held';
import { tlsTrouble } from './connection';
import { type Db } from './pool';

/** Readiness is asked for often, by everyone: one write in this time answers all. */
const ANSWER_HOLDS_MS = 5 * SECOND_MS;

/**
 * Checks that the database takes writes: one that is a standby, read-only or out of space answers every query.
 * @throws PostgreSQL's error
 */
export function createWriteCheck(db: Db, now?: () => number): () => Promise<void> {
  return held(() => write(db), ANSWER_HOLDS_MS, now);
}

async function write(db: Db): Promise<void> {
  await db.query(
    `insert into write_check (written_at) values (clock_timestamp())
     on conflict (id) do update set written_at = excluded.written_at`,
  );
}

/** Why PostgreSQL does not do its work, by SQLSTATE. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REASONS: Record<string, string> = {
  '25006': 'The database is read-only: a standby after a failover, or default_transaction_read_only is set',
  '53100': 'The disk of the database is full',
  '53200': 'The database is out of memory',
  '53300': 'The database accepts no more connections',
  '53400': 'The database has reached a limit of its configuration',
  '57P01': 'The database is shutting down',
  '57P02': 'The database is recovering from a crash',
  '57P03': 'The database is starting up',
  '57014': 'The database took too long',
  '55P03': 'A lock in the database was not released in time',
};

/** What is wrong with the database, for operators; null when the error is not about that. */
export function databaseTrouble(error: unknown): string | null {
  const { code } = (error ?? {}) as { code?: unknown };
  const reason = typeof code === 'string' ? REASONS[code] : undefined;
  return reason === undefined ? tlsTrouble(error) : `${reason} (${code as string}).`;
}

/** Whether the database answers reads, and refuses to write. */
export function takesNoWrites(error: unknown): boolean {
  return ['25006', '53100'].includes(String((error as { code?: unknown } | null)?.code));
}
