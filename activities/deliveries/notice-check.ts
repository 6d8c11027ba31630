import { findOpenIncident } from '../../adapters/postgres/incidents/incidents';
import {
  endpointIsDisabled,
  happenedSince,
  incidentGoesOn,
  incidentWasTold,
  otherAlarm,
  troubleWasTold,
} from '../../adapters/postgres/deliveries/notice-history';
import {
  ALARMS_APART_MS,
  INCIDENT_WAIT_MS,
  NOTICE_AFTER_MS,
  isClosing,
  isStillSo,
  isTrouble,
  mayBeAnIncidents,
  overtakenBy,
} from '../../core/deliveries/notice-policy';
import { UNTOLD_TEXT } from '../../core/text/console-deliveries';
import { type Verdict, type Wanted } from './delivery-outcome';
import { type Deps } from '../deps';

type Not = Extract<Verdict, { is: 'skipped' | 'later' }>;

const skipped = (error: string): Not => ({ is: 'skipped', error });
const OVER = skipped(UNTOLD_TEXT.over);
const UNTOLD = skipped(UNTOLD_TEXT.end);

/** Why people are not told of an event, or not yet; null: they are. */
export async function whyNot(deps: Deps, wanted: Wanted): Promise<Not | null> {
  const { event, row, delivery } = wanted;
  const { type, data } = event;
  if (!isTrouble(type) && !isClosing(type)) return ofOperators(deps, wanted);
  const now = deps.clock.now();
  const told = {
    tokenVersion: typeof data.tokenVersion === 'number' ? data.tokenVersion : null,
    reason: typeof data.reason === 'string' ? data.reason : null,
  };
  if (!row || !isStillSo(type, told, { ...row, ownerAction: row.recovery?.ownerAction ?? null }, now))
    return OVER;
  if (await happenedSince(deps.pool, delivery, overtakenBy(type))) return OVER;
  if (isClosing(type)) return (await troubleWasTold(deps.pool, delivery)) ? null : UNTOLD;
  if (mayBeAnIncidents(type, row.reason) && (await findOpenIncident(deps.pool, row)))
    return { is: 'later', error: UNTOLD_TEXT.incident, waitMs: INCIDENT_WAIT_MS };
  return null;
}

async function ofOperators(
  deps: Deps,
  { event: { type, data }, row, delivery }: Wanted,
): Promise<Not | null> {
  switch (type) {
    case 'token.decrypt_failed': {
      const isOver = !row || row.state === 'disconnected' || row.version > Number(data.tokenVersion);
      if (isOver) return OVER;
      const other = await otherAlarm(deps.pool, delivery, deps.clock.now() - ALARMS_APART_MS);
      if (other === 'waiting') return { is: 'later', error: UNTOLD_TEXT.alarmWaits, waitMs: NOTICE_AFTER_MS };
      return other && skipped(UNTOLD_TEXT.alarm);
    }
    case 'provider.incident_started':
      return (await incidentGoesOn(deps.pool, String(data.incidentId))) ? null : OVER;
    case 'provider.incident_ended':
      return (await incidentWasTold(deps.pool, String(data.incidentId))) ? null : UNTOLD;
    case 'webhook.disabled':
      return (await endpointIsDisabled(deps.pool, String(data.endpointId))) ? null : OVER;
    default:
      return skipped(UNTOLD_TEXT.notForPeople);
  }
}
