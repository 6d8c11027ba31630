import { type Pool } from 'pg';
import { bannerFactsOf } from '../../adapters/postgres/integrations/integration-row';
import { findOpenIncident } from '../../adapters/postgres/incidents/incidents';
import {
  endpointIsDisabled,
  happenedSince,
  incidentIsOpen,
  incidentWasNotified,
  otherDecryptNotice,
  problemWasNotified,
} from '../../adapters/postgres/deliveries/notice-history';
import {
  DECRYPT_NOTICE_INTERVAL_MS,
  INCIDENT_RECHECK_MS,
  NOTICE_DELAY_MS,
  isProblem,
  isRefusedStill,
  isResolution,
  isStillTrue,
  mayComeFromIncident,
  supersededBy,
} from '../../core/deliveries/notice-policy';
import { isUsable } from '../../core/lifecycle/states';
import { SKIPPED_TEXT } from '../../core/text/console-deliveries';
import { type DueDelivery, type PostponedDelivery, type SkippedDelivery } from './delivery-outcome';
import { type Deps } from '../deps';

type Withheld = SkippedDelivery | PostponedDelivery;

const skipped = (error: string): SkippedDelivery => ({ kind: 'skipped', error });
const RESOLVED = skipped(SKIPPED_TEXT.resolved);
const PROBLEM_NOT_NOTIFIED = skipped(SKIPPED_TEXT.problemNotNotified);

/** Why an email is not sent, or not yet; null: send it. */
export async function checkNotice(
  { pool, clock }: Pick<Deps, 'pool' | 'clock'>,
  due: DueDelivery,
): Promise<Withheld | null> {
  const { event, row, delivery } = due;
  const { type, data } = event;
  const now = clock.now();
  if (type === 'capability.changed') return checkCapability(pool, due);
  if (!isProblem(type) && !isResolution(type)) return checkOperatorNotice(pool, due, now);
  const reported = {
    tokenVersion: typeof data.tokenVersion === 'number' ? data.tokenVersion : null,
    reason: typeof data.reason === 'string' ? data.reason : null,
  };
  const current = row && { ...row, ownerAction: row.recovery?.ownerAction ?? null };
  if (!current || !isStillTrue(type, reported, current, now)) return RESOLVED;
  if (await happenedSince(pool, delivery, supersededBy(type))) return RESOLVED;
  if (isResolution(type)) return (await problemWasNotified(pool, delivery)) ? null : PROBLEM_NOT_NOTIFIED;
  if (mayComeFromIncident(type, current.reason) && (await findOpenIncident(pool, current)))
    return { kind: 'postponed', error: SKIPPED_TEXT.incident, waitMs: INCIDENT_RECHECK_MS };
  return null;
}

async function checkCapability(pool: Pool, { event, row, delivery }: DueDelivery): Promise<Withheld | null> {
  if (!row || !isUsable(row.state)) return RESOLVED;
  if (!isRefusedStill(event.data.messages, bannerFactsOf(row).messages)) return RESOLVED;
  return (await happenedSince(pool, delivery, [event.type])) ? RESOLVED : null;
}

async function checkOperatorNotice(
  pool: Pool,
  { event: { type, data }, row, delivery }: DueDelivery,
  now: number,
): Promise<Withheld | null> {
  switch (type) {
    case 'token.decrypt_failed': {
      const isReplaced = !row || row.state === 'disconnected' || row.version > Number(data.tokenVersion);
      if (isReplaced) return RESOLVED;
      const other = await otherDecryptNotice(pool, delivery, now - DECRYPT_NOTICE_INTERVAL_MS);
      if (other === 'pending')
        return { kind: 'postponed', error: SKIPPED_TEXT.decryptPending, waitMs: NOTICE_DELAY_MS };
      return other && skipped(SKIPPED_TEXT.decryptNotified);
    }
    // At most one an hour is reported at all.
    case 'connect.refused':
      return null;
    case 'provider.incident_started':
      return (await incidentIsOpen(pool, String(data.incidentId))) ? null : RESOLVED;
    case 'provider.incident_ended':
      return (await incidentWasNotified(pool, String(data.incidentId))) ? null : PROBLEM_NOT_NOTIFIED;
    case 'webhook.disabled':
      return (await endpointIsDisabled(pool, String(data.endpointId))) ? null : RESOLVED;
    default:
      return skipped(SKIPPED_TEXT.notEmailed);
  }
}
