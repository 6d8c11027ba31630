import { type Pool } from 'pg';
import { sha256 } from '../../adapters/digest';
import { useApiKey } from '../../adapters/postgres/access/api-keys';
import { type Scope } from '../../core/access/scopes';
import { createApi } from '../http/api';
import { Refusal } from '../http/problem';
import { Failure } from '../failures';
import { type Io } from '../output/io';
import { apiSettings } from '../settings';

const NEEDED: readonly Scope[] = ['token', 'admin'];

/**
 * The API key that tokens are exported with. Database and encryption keys open them anyway: the key says who may do so by
 * the rules of this deployment, and for whom it is counted.
 * @returns its ID, or `bootstrap` @throws Failure
 */
export async function exportingKey(io: Io, pool: Pool, now: number): Promise<string> {
  const { key, keySource } = apiSettings(io.env);
  if (key === null)
    throw new Failure(`Exporting tokens needs an API key, and there is none in ${keySource}.`, [
      'Set EVERGRANT_API_KEY to a key with the scopes token and admin.',
    ]);
  const found = await useApiKey(pool, sha256(key), now);
  if (!found) return bootstrapKey(io);
  const missing = NEEDED.filter((scope) => !found.scopes.includes(scope));
  if (missing.length > 0)
    throw new Failure(`The API key has no scope ${missing.join(' and ')}. Exporting tokens needs both.`);
  if (found.ownerRefs !== null || found.limitedBy !== null)
    throw new Failure('The API key is limited to some owners. Exporting tokens needs one that is not.');
  return found.id;
}

/** A key that is in no table is the bootstrap key, or none. The API alone can tell. */
async function bootstrapKey(io: Io): Promise<string> {
  try {
    await createApi(apiSettings(io.env)).get('/v1/api-keys');
    return 'bootstrap';
  } catch (error) {
    if (!(error instanceof Refusal))
      throw new Failure('The API key is none of this database, and no API runs to check the bootstrap key.', [
        'Start the API, or use a key made with `npx evergrant api-keys create --scope token admin`.',
      ]);
    throw new Failure('The API key is not valid.');
  }
}
