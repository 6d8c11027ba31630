import { type EventType } from './events';
import { type CapabilityState } from '../messaging/capability';
import { type Reason, type State, isUsable } from '../lifecycle/states';
import { HOUR_MS, MINUTE_MS } from '../time';

/** Which events are emailed, to whom, and when an email is outdated. */

/** Programs are notified at once. People are notified after this delay, if the event still holds. */
export const NOTICE_DELAY_MS = 5 * MINUTE_MS;
/** During an incident, emails that it may have caused are postponed by this. */
export const INCIDENT_RECHECK_MS = 15 * MINUTE_MS;
/** Tokens that cannot be decrypted: at most one email in this time, because many at once share one cause. */
export const DECRYPT_NOTICE_INTERVAL_MS = HOUR_MS;

/** The owner should act. */
const PROBLEMS = [
  'token.expiring',
  'token.owner_action_required',
  'integration.expired',
  'integration.reminder',
] as const satisfies EventType[];
/** A problem is resolved: emailed where the problem was. */
const RESOLUTIONS = [
  'token.refreshed',
  'token.recovered',
  'integration.reconnected',
] as const satisfies EventType[];
/** About the whole app or the service itself. */
const FOR_OPERATORS = [
  'connect.refused',
  'token.decrypt_failed',
  'provider.incident_started',
  'provider.incident_ended',
  'webhook.disabled',
] as const satisfies EventType[];

/** Emailed to who can change it: the owner, or operators where it is the app's access that is missing. */
const CAPABILITY = 'capability.changed' satisfies EventType;

export const NOTICE_TYPES = [...PROBLEMS, ...RESOLUTIONS, ...FOR_OPERATORS, CAPABILITY] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];
export type ProblemType = (typeof PROBLEMS)[number];
type ResolutionType = (typeof RESOLUTIONS)[number];

export const PROBLEM_TYPES: readonly EventType[] = PROBLEMS;
export const OWNER_NOTICE_TYPES: readonly EventType[] = [...PROBLEMS, ...RESOLUTIONS];

export function hasNotice(type: EventType): type is NoticeType {
  return (NOTICE_TYPES as readonly EventType[]).includes(type);
}

export function isProblem(type: EventType): type is ProblemType {
  return PROBLEM_TYPES.includes(type);
}

export function isResolution(type: EventType): type is ResolutionType {
  return (RESOLUTIONS as readonly EventType[]).includes(type);
}

export function isForOperators(type: EventType): boolean {
  return (FOR_OPERATORS as readonly EventType[]).includes(type);
}

/** Whether a change of what messages can be used for is still so, and asks somebody to act. */
export function isRefusedStill(reported: unknown, current: CapabilityState): boolean {
  return current === reported && current !== 'ok' && current !== 'unknown';
}

/** Later events of the same integration that make an email outdated. */
export function supersededBy(type: ProblemType | ResolutionType): readonly EventType[] {
  const later: EventType[] = ['integration.expired', 'integration.disconnected', ...RESOLUTIONS];
  if (type === 'token.owner_action_required') return [...later, type];
  return isProblem(type) && type !== 'token.expiring' ? [...later, 'integration.reminder'] : later;
}

/** The integration as it is now, as far as emails depend on it. */
export interface NoticeFacts {
  state: State;
  reason: Reason | null;
  /** What the owner has to do on Instagram. */
  ownerAction: Reason | null;
  version: number;
  /** Epoch ms. */
  expiresAt: number | null;
}

/** Whether an event still describes the integration. @param reported the event's `tokenVersion` and `reason` */
export function isStillTrue(
  type: ProblemType | ResolutionType,
  reported: { tokenVersion: number | null; reason: string | null },
  current: NoticeFacts,
  now: number,
): boolean {
  switch (type) {
    case 'token.expiring': {
      const isAlive = isUsable(current.state) || current.state === 'recovering';
      const isSameToken = current.version === reported.tokenVersion;
      return isAlive && isSameToken && current.expiresAt !== null && now < current.expiresAt;
    }
    case 'token.owner_action_required':
      return current.state === 'recovering' && current.ownerAction === reported.reason;
    case 'integration.expired':
    case 'integration.reminder':
      return current.state === 'expired' && current.reason === reported.reason;
    default:
      return isUsable(current.state);
  }
}

/** Whether an incident of the whole app may be the cause. An app removed by its owner has another cause. */
export function mayComeFromIncident(type: NoticeType, reason: string | null): boolean {
  return isProblem(type) && reason !== 'deauthorized';
}
