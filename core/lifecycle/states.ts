/** The states of an integration. `docs/architecture.md` explains them; `transitions.ts` says what may follow what. */
export const STATES = ['pending', 'active', 'refreshing', 'recovering', 'expired', 'disconnected'] as const;
export type State = (typeof STATES)[number];

/** Why an integration is `expired`. Throttling, outages, unknown answers and our own mistakes are never among them. */
export const REASONS = [
  'lifetime_elapsed',
  'session_expired',
  'password_changed',
  'deauthorized',
  'checkpoint',
  'account_unusable',
  'permission_removed',
  'invalidated',
  'response_lost',
] as const;
export type Reason = (typeof REASONS)[number];

/** States whose token may be handed out. */
export const USABLE_STATES: readonly State[] = ['active', 'refreshing'];
/** States whose token is valid or may be: it has an expiry ahead. */
export const LIVE_STATES: readonly State[] = [...USABLE_STATES, 'recovering'];
/** States in which a lifecycle runs. */
export const LIFECYCLE_STATES: readonly State[] = [...LIVE_STATES, 'expired'];

/** Whether there is something to keep alive: connected once, and not disconnected. */
export function hasLifecycle(state: State): boolean {
  return state !== 'pending' && state !== 'disconnected';
}

/** Whether the stored token may be handed out in this state. */
export function isUsable(state: State): boolean {
  return state === 'active' || state === 'refreshing';
}

/** Whether Instagram requires something of the owner, without which no reconnect helps. */
export function waitsOnInstagram(reason: Reason | null): boolean {
  return reason === 'checkpoint' || reason === 'account_unusable';
}

/** Whose doing an expiry was: what notices, banners and the service's own objectives go by. */
export function causeOf(reason: Reason): 'owner' | 'provider' | 'service' {
  if (reason === 'lifetime_elapsed' || reason === 'response_lost') return 'service';
  if (reason === 'session_expired' || reason === 'invalidated') return 'provider';
  return 'owner';
}
