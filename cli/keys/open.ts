import { loadSettings } from '../../adapters/config';
import { KeyUnavailable, createKeyChecks } from '../../adapters/encryption/key-check';
import { KeyRingError, parseKeyRing } from '../../adapters/encryption/key-ring';
import { readRingFile } from '../../adapters/encryption/ring-file';
import { createPool } from '../../adapters/postgres/pool';
import { type KeyRingSource } from '../../services/keys/report';
import { databaseFailure } from '../database-failure';
import { Failure } from '../failures';
import { type Io } from '../output/io';
import { withLocalKeys, withLocalServers } from '../settings';

/** Opens database and key ring for as long as `work` takes. */
export async function withKeys(io: Io, work: (keys: KeyRingSource) => Promise<void>): Promise<void> {
  const settings = loadSettings(withLocalKeys(withLocalServers(io.env)), ['DATABASE_URL', 'EVERGRANT_KEYS']);
  const pool = createPool(settings.DATABASE_URL?.reveal() ?? '', { max: 5 });
  try {
    const ring = parseKeyRing(settings.EVERGRANT_KEYS ?? '');
    await work({ pool, checks: createKeyChecks(pool), ring, file: settings.keysFile });
  } catch (error) {
    throw readable(error);
  } finally {
    await pool.end();
  }
}

/** The same, alone: of two that change keys at once one would undo what the other did. */
export function withKeysAlone(io: Io, work: (keys: KeyRingSource) => Promise<void>): Promise<void> {
  return withKeys(io, async (keys) => {
    const lock = await keys.pool.connect();
    try {
      const { rows } = await lock.query<{ free: boolean }>(
        `select pg_try_advisory_lock(hashtextextended('evergrant keys', 0)) as free`,
      );
      if (!rows[0]?.free) throw new Failure('Another `npx evergrant keys` command is running.');
      const ring = keys.file === null ? keys.ring : await readRingFile(keys.file);
      await keys.checks.verify(ring);
      await work({ ...keys, ring });
    } finally {
      // Said, not left to the end of the connection, which the database may notice after the next command has begun.
      await lock.query(`select pg_advisory_unlock_all()`).catch(() => undefined);
      lock.release(true);
    }
  });
}

function readable(error: unknown): unknown {
  if (error instanceof Failure) return error;
  if (error instanceof KeyUnavailable || error instanceof KeyRingError)
    return new Failure(`Invalid key ring: ${error.message}`, [
      'See `npx evergrant keys status`, and docs/keys.md.',
    ]);
  const { code, path } = error as NodeJS.ErrnoException;
  if (path !== undefined) return fileFailure(path, code);
  return code === undefined ? error : databaseFailure(error);
}

function fileFailure(path: string, code = 'unknown'): Failure {
  if (code === 'EEXIST')
    return new Failure(`${path} already exists and may contain keys. It was not overwritten.`);
  return new Failure(`Cannot read or write the key file ${path} (${code}).`, [
    'If it is mounted read-only, write the new ring to another file with `--out <file>`.',
  ]);
}
