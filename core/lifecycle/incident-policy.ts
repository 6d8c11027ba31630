import { MINUTE_MS, SECOND_MS } from '../time';

/**
 * When many tokens die at once, something is wrong with the app or the provider and not with the tokens. These are the
 * rules by which expiries are deferred, and by which such an incident is taken to be over.
 */
export const VERDICT_WINDOW_MS = 60 * SECOND_MS;
/** Refused calls of several accounts that lie within this belong together: each is tried again by its ladder only. */
export const CALL_REFUSALS_WINDOW_MS = 15 * MINUTE_MS;
/** A decision that was deferred for an incident is tried again after this. */
export const DEFERRED_WAIT_MS = 60 * SECOND_MS;
/** While an incident lasts, one deferred integration of the app probes in each interval of this length. */
export const INCIDENT_PROBE_EVERY_MS = 5 * SECOND_MS;
/** After this long, tokens that stay dead while others live are believed to be dead. */
export const BELIEVED_AFTER_MS = 30 * MINUTE_MS;

export type IncidentKind = 'app_level' | 'verdicts';

const SMALL_FLEET = 10;

/**
 * How many tokens of one app may be declared dead within a minute: 0.5 % of the fleet, at least five, and of a small
 * fleet less than the greater part of it, though always one.
 * @param fleet integrations of the app that should have a living token
 */
export function allowedVerdicts(fleet: number): number {
  if (fleet < SMALL_FLEET) return Math.max(1, Math.floor(fleet / 2));
  return Math.max(5, Math.floor(fleet * 0.005));
}

/** How many deferred integrations must get a clear answer before the incident is over. */
export function answersNeeded(recovering: number): number {
  return Math.max(1, Math.min(3, recovering));
}

/**
 * Whether verdicts that stayed the same for `BELIEVED_AFTER_MS` are believed. In a fleet of ten and more a connection
 * that the incident does not affect has to work; in a smaller one there may be none left to compare with.
 */
export function mayBelieve(fleet: number, controlIsAlive: boolean): boolean {
  return fleet < SMALL_FLEET || controlIsAlive;
}

/** Whether an incident of too many dead tokens has lasted long enough for its verdicts to be believed. */
export function isOldEnoughToBelieve(
  { kind, startedAt }: { kind: IncidentKind; startedAt: number },
  now: number,
): boolean {
  return kind === 'verdicts' && now - startedAt >= BELIEVED_AFTER_MS;
}
