import { SECOND_MS } from '../../../core/time';
import { type Db } from '../pool';

/** A process that was not seen for this long has ended. */
const STALE_AFTER = "interval '1 minute'";

/** Which keys a running process has. Names only. */
export interface KeyHolder {
  host: string;
  pid: number;
  role: string;
  keyIds: string[];
  sealingId: string;
  /** Of Evergrant; null: a release before 0.2. */
  version: string | null;
  seenSecondsAgo: number;
}

/** Records that a process is running and which keys it has. Removes processes that were not seen for a minute. */
export async function announceHolder(
  db: Db,
  id: string,
  { host, pid, role, keyIds, sealingId, version }: Omit<KeyHolder, 'seenSecondsAgo'>,
): Promise<void> {
  await db.query(
    `insert into key_holders (id, host, pid, role, key_ids, sealing_id, version, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, now())
     on conflict (id) do update set key_ids = $5, sealing_id = $6, seen_at = now()`,
    [id, host, pid, role, keyIds, sealingId, version],
  );
  await db.query(`delete from key_holders where seen_at < now() - ${STALE_AFTER}`);
}

export async function withdrawHolder(db: Db, id: string): Promise<void> {
  await db.query('delete from key_holders where id = $1', [id]);
}

/** The running processes. */
export async function liveHolders(db: Db): Promise<KeyHolder[]> {
  const { rows } = await db.query<{
    host: string;
    pid: number;
    role: string;
    key_ids: string[];
    sealing_id: string;
    version: string | null;
    age_ms: number;
  }>(
    `select host, pid, role, key_ids, sealing_id, version,
            extract(epoch from now() - seen_at)::float8 * 1000 as age_ms
     from key_holders where seen_at >= now() - ${STALE_AFTER} order by role, host, pid`,
  );
  return rows.map(({ host, pid, role, key_ids, sealing_id, version, age_ms }) => ({
    host,
    pid,
    role,
    keyIds: key_ids,
    sealingId: sealing_id,
    version,
    seenSecondsAgo: Math.max(0, Math.round(age_ms / SECOND_MS)),
  }));
}
