import {
  type SearchAttributePair,
  type SearchAttributeUpdatePair,
  defineSearchAttributeKey,
} from '@temporalio/common';
import { type SearchAttributeValues, SEARCH_ATTRIBUTES } from '../core/lifecycle/search-attributes';

const KEYS = {
  EvergrantState: defineSearchAttributeKey('EvergrantState', SEARCH_ATTRIBUTES.EvergrantState),
  EvergrantProvider: defineSearchAttributeKey('EvergrantProvider', SEARCH_ATTRIBUTES.EvergrantProvider),
  EvergrantReason: defineSearchAttributeKey('EvergrantReason', SEARCH_ATTRIBUTES.EvergrantReason),
  EvergrantAccount: defineSearchAttributeKey('EvergrantAccount', SEARCH_ATTRIBUTES.EvergrantAccount),
  EvergrantPaused: defineSearchAttributeKey('EvergrantPaused', SEARCH_ATTRIBUTES.EvergrantPaused),
  EvergrantExpiresAt: defineSearchAttributeKey('EvergrantExpiresAt', SEARCH_ATTRIBUTES.EvergrantExpiresAt),
};

/** The complete set as typed pairs; a null value is left out at a start, and cleared by an upsert. */
export function searchAttributePairs(values: SearchAttributeValues): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [
    { key: KEYS.EvergrantState, value: values.EvergrantState },
    { key: KEYS.EvergrantProvider, value: values.EvergrantProvider },
    { key: KEYS.EvergrantPaused, value: values.EvergrantPaused },
  ];
  if (values.EvergrantReason !== null)
    pairs.push({ key: KEYS.EvergrantReason, value: values.EvergrantReason });
  if (values.EvergrantAccount !== null)
    pairs.push({ key: KEYS.EvergrantAccount, value: values.EvergrantAccount });
  if (values.EvergrantExpiresAt !== null) {
    pairs.push({ key: KEYS.EvergrantExpiresAt, value: new Date(values.EvergrantExpiresAt) });
  }
  return pairs;
}

/** What an upsert must clear: `expired` leaves its reason behind when the connection comes back. */
export function clearedPairs(values: SearchAttributeValues): SearchAttributeUpdatePair[] {
  return values.EvergrantReason === null ? [{ key: KEYS.EvergrantReason, value: null }] : [];
}
