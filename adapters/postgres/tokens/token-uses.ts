import { MINUTE_MS } from '../../../core/time';
import { type Db } from '../pool';

export interface TokenUse {
  integrationId: string;
  /** Epoch ms, the beginning of it. */
  minute: number;
  uses: number;
}

/** Counts that a key got or reported the token of an integration, by the minute. */
export async function countTokenUse(
  db: Db,
  keyId: string,
  integrationId: string,
  now: number,
): Promise<void> {
  await db.query(
    `insert into token_uses (key_id, integration_id, minute, uses) values ($1, $2, $3, 1)
     on conflict (key_id, minute, integration_id) do update set uses = token_uses.uses + 1`,
    [keyId, integrationId, new Date(now - (now % MINUTE_MS))],
  );
}

/** What a key was used for, newest minute first. @param before the last row that was seen */
export async function listTokenUses(
  db: Db,
  keyId: string,
  limit: number,
  before: { minute: number; integrationId: string } | null,
): Promise<TokenUse[]> {
  const { rows } = await db.query<{ integration_id: string; minute: Date; uses: number }>(
    `select integration_id, minute, uses from token_uses
     where key_id = $1 and ($3::timestamptz is null or (minute, integration_id) < ($3, $4))
     order by minute desc, integration_id desc limit $2`,
    [keyId, limit, before && new Date(before.minute), before?.integrationId ?? null],
  );
  return rows.map(({ integration_id, minute, uses }) => ({
    integrationId: integration_id,
    minute: minute.getTime(),
    uses,
  }));
}
