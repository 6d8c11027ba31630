import { type State } from './states';

/**
 * Which state may follow which. A state may always stay as it is.
 * `expired → active` happens by a new grant, or when a recheck finds the token alive; `expired → recovering` when the
 * verdict turns out to be one of too many at once.
 */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  pending: ['active', 'disconnected'],
  active: ['refreshing', 'recovering', 'expired', 'disconnected'],
  refreshing: ['active', 'recovering', 'expired', 'disconnected'],
  recovering: ['active', 'refreshing', 'expired', 'disconnected'],
  expired: ['active', 'recovering', 'disconnected'],
  disconnected: [],
};

export function mayFollow(from: State, to: State): boolean {
  return from === to || TRANSITIONS[from].includes(to);
}
