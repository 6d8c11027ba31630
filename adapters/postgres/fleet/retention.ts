import { DELIVERY_RETENTION_MS } from '../../../core/deliveries/delivery-policy';
import { DAY_MS } from '../../../core/time';
import { type Db } from '../pool';

/** Removes rows after their retention time. @returns how many */
export async function purge(db: Db, now: number): Promise<number> {
  const statements: [string, number][] = [
    ['delete from oauth_states where expires_at < $1', now],
    ['delete from connect_refusals where last_at < $1', now - 90 * DAY_MS],
    ['delete from sign_ins where expires_at < $1', now],
    ['delete from sessions where expires_at < $1', now],
    // Rounds under way, which may last for a day, still have to know what was revoked.
    ['delete from connect_links where expires_at < $1', now - 2 * DAY_MS],
    ['delete from embed_tokens where expires_at < $1', now - 2 * DAY_MS],
    ['delete from api_keys where least(revoked_at, expires_at) < $1', now - 90 * DAY_MS],
    ['delete from token_uses where minute < $1', now - 90 * DAY_MS],
    ['delete from sealed_payloads where expires_at < $1', now],
    ['delete from message_sends where expires_at < $1', now],
    ['delete from rejection_reports where leased_until < $1', now - DAY_MS],
    ['delete from refresh_attempts where started_at < $1 and finished_at is not null', now - 90 * DAY_MS],
    ['delete from audit_runs where started_at < $1', now - 90 * DAY_MS],
    ['delete from dead_verdicts where at < $1', now - DAY_MS],
    ['delete from provider_parks where greatest(reads_until, calls_until) < $1', now - DAY_MS],
    ['delete from provider_turns where begins[1] < $1', now - DAY_MS],
    ['delete from provider_incidents where ended_at < $1', now - 90 * DAY_MS],
    ['delete from received_messages where received_at < $1', now - 7 * DAY_MS],
    ['delete from pending_messages where seen_at < $1', now - 2 * DAY_MS],
    ['delete from deauthorizations where received_at < $1', now - 90 * DAY_MS],
    ['delete from webhook_old_secrets where expires_at < $1', now],
    ['delete from deliveries where ended_at < $1', now - DELIVERY_RETENTION_MS],
    ['delete from data_deletions where asked_at < $1 and finished_at is not null', now - 90 * DAY_MS],
  ];
  let removed = 0;
  for (const [statement, before] of statements)
    removed += (await db.query(statement, [new Date(before)])).rowCount ?? 0;
  return removed;
}
