import { type Integration } from '../integrations/integration-row';
import { type LastError } from '../../../core/lifecycle/facts';
import { type FailureClass } from '../../../core/lifecycle/failure';
import { type Db } from '../pool';

/** Longer than the HTTP call and the writes after it may take together, shorter than an activity's own limit. */
export const ATTEMPT_LEASE_MS = 40_000;

/** Another attempt is under way, and may still bring an answer. */
export class AttemptUnderWay extends Error {
  override name = 'AttemptUnderWay';
  constructor(readonly leaseUntil: number) {
    super('A refresh of this integration is under way.');
  }
}

/**
 * Commits that a refresh begins, before Instagram is called. An older attempt whose lease ended without an answer is
 * closed as `lost`.
 * @throws AttemptUnderWay
 */
export async function beginAttempt(db: Db, integration: Integration, now: number): Promise<number> {
  const begun =
    (await insertAttempt(db, integration, now)) ?? (await closeLostAndInsert(db, integration, now));
  if (begun !== null) return begun;
  const { rows } = await db.query<{ lease_until: Date }>(
    'select lease_until from refresh_attempts where integration_id = $1 and finished_at is null',
    [integration.id],
  );
  throw new AttemptUnderWay(rows[0]?.lease_until.getTime() ?? now);
}

/** @returns null while another one is open */
async function insertAttempt(db: Db, integration: Integration, now: number): Promise<number | null> {
  const { rows } = await db.query<{ id: string }>(
    `insert into refresh_attempts (integration_id, grant_no, base_version, started_at, lease_until)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning id`,
    [
      integration.id,
      integration.grantNo,
      integration.version,
      new Date(now),
      new Date(now + ATTEMPT_LEASE_MS),
    ],
  );
  return rows[0] ? Number(rows[0].id) : null;
}

async function closeLostAndInsert(db: Db, integration: Integration, now: number): Promise<number | null> {
  const { rowCount } = await db.query(
    `update refresh_attempts set finished_at = $2, outcome = 'lost'
     where integration_id = $1 and finished_at is null and lease_until <= $2`,
    [integration.id, new Date(now)],
  );
  return rowCount === 0 ? null : insertAttempt(db, integration, now);
}

/** How an attempt ended: with a new token, a refusal, or without an answer. */
export type AttemptEnd = 'answered' | 'refused' | 'unanswered';
/** What Instagram answered when it failed. */
export type AttemptFailure = Pick<LastError, 'code' | 'subcode'> & {
  class: FailureClass;
  /** HTTP status; null: none came. */
  status?: number | null;
};

export async function endAttempt(
  db: Db,
  attemptId: number,
  end: { outcome: AttemptEnd; failure?: AttemptFailure },
  now: number,
): Promise<void> {
  await db.query(
    `update refresh_attempts set finished_at = $2, outcome = $3, failure = $4
     where id = $1 and finished_at is null`,
    [attemptId, new Date(now), end.outcome, end.failure ?? null],
  );
}

/** One attempt to refresh a token. Instants are epoch ms. */
export interface Attempt {
  startedAt: number;
  /** `lost`: the process ended before its answer arrived; null: it is under way. */
  outcome: AttemptEnd | 'lost' | null;
  /** null: it succeeded, or was made by an earlier release. */
  failure: AttemptFailure | null;
}

/** The newest attempts of an integration, newest first. */
export async function listAttempts(db: Db, integrationId: string, limit: number): Promise<Attempt[]> {
  const { rows } = await db.query<{
    started_at: Date;
    outcome: Attempt['outcome'];
    failure: AttemptFailure | null;
  }>(
    `select started_at, outcome, failure from refresh_attempts
     where integration_id = $1 order by started_at desc limit $2`,
    [integrationId, limit],
  );
  return rows.map(({ started_at, outcome, failure }) => ({
    startedAt: started_at.getTime(),
    outcome,
    failure,
  }));
}

/** When (epoch ms) the last attempt on this version began that went out and whose answer never arrived; else null. */
export async function findLostAttempt(db: Db, integration: Integration): Promise<number | null> {
  const { rows } = await db.query<{ began: Date | null }>(
    `select max(started_at) as began from refresh_attempts
     where integration_id = $1 and grant_no = $2 and base_version = $3 and outcome in ('lost', 'unanswered')`,
    [integration.id, integration.grantNo, integration.version],
  );
  return rows[0]?.began?.getTime() ?? null;
}
