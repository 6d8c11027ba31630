import { databaseTrouble } from '../adapters/postgres/write-check';
import { Failure } from './failures';

/** The database's own words on what is wrong, never the address with its password. */
export function databaseFailure(error: unknown): Failure {
  const { code, message } = error as { code?: string; message?: string };
  const reason = code ?? message ?? 'unknown';
  if (code === '42P01')
    return new Failure('The database has no schema yet.', ['Run `npx evergrant migrate`.']);
  if (code === '28P01' || code === '28000') return new Failure('Wrong user or password in DATABASE_URL.');
  if (code === '55P03')
    return new Failure('A table stayed locked by other sessions for 10 minutes.', [
      'Look for long transactions in pg_stat_activity, then run the command again. Nothing was half done.',
    ]);
  if (code === '3D000') return new Failure('The database in DATABASE_URL does not exist.');
  const trouble = databaseTrouble(error);
  if (trouble) return new Failure(trouble);
  return new Failure(`Database error (${reason}).`, [
    'Check that PostgreSQL is running and that DATABASE_URL is correct.',
  ]);
}
