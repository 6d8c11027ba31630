import { type Db } from '../pool';

/** How often a key got or reported the token of an integration within a minute. */
export interface TokenUse {
  keyId: string;
  integrationId: string;
  /** Epoch ms, the beginning of it. */
  minute: number;
  uses: number;
}

/** Adds to what was counted before. Rows in one order: processes that write at once do not lock each other out. */
export async function addTokenUses(db: Db, uses: readonly TokenUse[]): Promise<void> {
  await db.query(
    `insert into token_uses (key_id, integration_id, minute, uses)
     select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::integer[]) as new (key_id, integration_id, minute, uses)
     order by key_id, minute, integration_id
     on conflict (key_id, minute, integration_id) do update set uses = token_uses.uses + excluded.uses`,
    [
      uses.map(({ keyId }) => keyId),
      uses.map(({ integrationId }) => integrationId),
      uses.map(({ minute }) => new Date(minute)),
      uses.map(({ uses: count }) => count),
    ],
  );
}

/** What a key was used for, newest minute first. @param before the last row that was seen */
export async function listTokenUses(
  db: Db,
  keyId: string,
  limit: number,
  before: { minute: number; integrationId: string } | null,
): Promise<Omit<TokenUse, 'keyId'>[]> {
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
