import { type EventType } from './events';
import { type Reason, type State, isUsable } from '../lifecycle/states';
import { HOUR_MS, MINUTE_MS } from '../time';

/** Who is told of what by e-mail, and when it is not to be told any more. */

/** Programs are told at once; people this much later, if it is still so. */
export const NOTICE_AFTER_MS = 5 * MINUTE_MS;
/** While an incident is on, what it may have caused is not told; after this it is looked at again. */
export const INCIDENT_WAIT_MS = 15 * MINUTE_MS;

/** Of tokens that do not open one is told in this time: many at once have one cause. */
export const ALARMS_APART_MS = HOUR_MS;

/** Something its owner should do something about. */
const TROUBLE = [
  'token.expiring',
  'token.owner_action_required',
  'integration.expired',
  'integration.reminder',
] as const satisfies EventType[];
/** It is over: told to whom the trouble was told. */
const CLOSING = [
  'token.refreshed',
  'token.recovered',
  'integration.reconnected',
] as const satisfies EventType[];
/** Of the whole app or of the service itself. */
const FOR_OPERATORS = [
  'token.decrypt_failed',
  'provider.incident_started',
  'provider.incident_ended',
  'webhook.disabled',
] as const satisfies EventType[];

export const NOTICE_TYPES = [...TROUBLE, ...CLOSING, ...FOR_OPERATORS] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];
export type TroubleType = (typeof TROUBLE)[number];
type ClosingType = (typeof CLOSING)[number];

export const TROUBLE_TYPES: readonly EventType[] = TROUBLE;
/** What owners are told of. */
export const OWNER_TYPES: readonly EventType[] = [...TROUBLE, ...CLOSING];

export function isNotice(type: EventType): type is NoticeType {
  return (NOTICE_TYPES as readonly EventType[]).includes(type);
}

export function isTrouble(type: EventType): type is TroubleType {
  return TROUBLE_TYPES.includes(type);
}

export function isClosing(type: EventType): type is ClosingType {
  return (CLOSING as readonly EventType[]).includes(type);
}

export function isForOperators(type: EventType): boolean {
  return (FOR_OPERATORS as readonly EventType[]).includes(type);
}

/** Later events of the same integration after which one is old news. */
export function overtakenBy(type: TroubleType | ClosingType): readonly EventType[] {
  const over: EventType[] = ['integration.expired', 'integration.disconnected', ...CLOSING];
  if (type === 'token.owner_action_required') return [...over, type];
  return isTrouble(type) && type !== 'token.expiring' ? [...over, 'integration.reminder'] : over;
}

/** What an integration is like now, as far as notices go by it. */
export interface Situation {
  state: State;
  reason: Reason | null;
  /** What Instagram wants of its owner. */
  ownerAction: Reason | null;
  version: number;
  /** Epoch ms. */
  expiresAt: number | null;
}

/** Whether what an event said of an integration is still so. @param told the event's `tokenVersion` and `reason` */
export function isStillSo(
  type: TroubleType | ClosingType,
  told: { tokenVersion: number | null; reason: string | null },
  is: Situation,
  now: number,
): boolean {
  switch (type) {
    case 'token.expiring': {
      const lives = isUsable(is.state) || is.state === 'recovering';
      return lives && is.version === told.tokenVersion && is.expiresAt !== null && now < is.expiresAt;
    }
    case 'token.owner_action_required':
      return is.state === 'recovering' && is.ownerAction === told.reason;
    case 'integration.expired':
    case 'integration.reminder':
      return is.state === 'expired' && is.reason === told.reason;
    default:
      return isUsable(is.state);
  }
}

/** Whether an incident of the whole app may be behind it: what the owner did themselves is none. */
export function mayBeAnIncidents(type: NoticeType, reason: string | null): boolean {
  return isTrouble(type) && reason !== 'deauthorized';
}
