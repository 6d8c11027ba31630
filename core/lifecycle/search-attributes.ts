import { type LifecycleFacts } from './facts';

/** What operators can search lifecycles by in the Temporal UI and CLI. */
export const SEARCH_ATTRIBUTES = {
  EvergrantState: 'KEYWORD',
  EvergrantProvider: 'KEYWORD',
  EvergrantReason: 'KEYWORD',
  EvergrantAccount: 'KEYWORD',
  EvergrantPaused: 'BOOL',
  EvergrantExpiresAt: 'DATETIME',
} as const;

export interface SearchAttributeValues {
  EvergrantState: string;
  EvergrantProvider: string;
  EvergrantReason: string | null;
  EvergrantAccount: string | null;
  EvergrantPaused: boolean;
  /** Epoch ms. */
  EvergrantExpiresAt: number | null;
}

/** The complete set: what is given at a start or continue-as-new replaces all of it. `refreshing` shows as `active`. */
export function searchAttributeValues(facts: LifecycleFacts): SearchAttributeValues {
  return {
    EvergrantState: facts.state === 'refreshing' ? 'active' : facts.state,
    EvergrantProvider: facts.provider,
    EvergrantReason: facts.reason,
    EvergrantAccount: facts.username,
    EvergrantPaused: facts.paused,
    EvergrantExpiresAt: facts.expiresAt,
  };
}
