import { type Pool } from 'pg';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { type SealContext, createSealer } from '../../adapters/encryption/sealer';
import { systemClock } from '../../adapters/clock';
import { createInstagram } from '../../adapters/instagram/client';
import { createProviderHttp } from '../../adapters/instagram/http';
import { type Db } from '../../adapters/postgres/pool';
import { Secret } from '../../core/access/secret';
import { refreshAtFor } from '../../core/lifecycle/refresh-policy';
import { type RemoteSimulator } from '../remote-simulator';

export const AT_ONCE = 30;

export type Refresh = (id: string, db?: Db) => Promise<number>;

const TABLE = `create table tokens (
  id text primary key,
  version integer not null,
  sealed bytea not null,
  key_id text not null,
  expires_at timestamptz not null,
  refresh_at timestamptz not null
)`;

/** What every rival does for one token, so that only the scheduling differs. */
export function createTokenJob(
  pool: Pool,
  simulator: Pick<RemoteSimulator, 'settings' | 'url'>,
  keys: string,
) {
  const { appId, appSecret } = simulator.settings;
  const instagram = createInstagram(createProviderHttp(systemClock), {
    ...{ appId, appSecret: new Secret(appSecret), scopes: [], graphVersion: 'v25.0' },
    ...{ authorizeUrl: simulator.url, apiUrl: simulator.url, graphUrl: simulator.url },
  });
  const sealer = createSealer(parseKeyRing(keys));

  /** Reads, decrypts, asks Instagram, encrypts, stores. @returns when to refresh next, epoch ms */
  const refresh: Refresh = async (id, db = pool) => {
    const { rows } = await db.query<{ version: number; sealed: Buffer; key_id: string }>(
      'select version, sealed, key_id from tokens where id = $1',
      [id],
    );
    const { version, sealed, key_id } = rows[0]!;
    const token = await sealer.open({ sealed, keyId: key_id }, contextOf(id, version));
    const refreshed = await instagram.refreshToken(token);
    const refreshAt = refreshAtFor(refreshed, Math.random());
    const kept = await sealer.seal(refreshed.token, contextOf(id, version + 1));
    await db.query(
      'update tokens set version = $2, sealed = $3, key_id = $4, expires_at = $5, refresh_at = $6 where id = $1',
      [id, version + 1, kept.sealed, kept.keyId, new Date(refreshed.expiresAt), new Date(refreshAt)],
    );
    return refreshAt;
  };

  return {
    refresh,
    /** Creates the table with one row for each token. */
    async fill(
      tokens: readonly { id: string; token: string; refreshAt: number }[],
      expiresAt: number,
    ): Promise<void> {
      await pool.query(TABLE);
      for (const { id, token, refreshAt } of tokens) {
        const { sealed, keyId } = await sealer.seal(new Secret(token), contextOf(id, 1));
        await pool.query('insert into tokens values ($1, 1, $2, $3, $4, $5)', [
          ...[id, sealed, keyId],
          ...[new Date(expiresAt), new Date(refreshAt)],
        ]);
      }
    },
  };
}

function contextOf(id: string, version: number): SealContext {
  return { integration: id, provider: 'instagram', version: String(version), purpose: 'token' };
}
