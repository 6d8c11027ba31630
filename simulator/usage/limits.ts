/** How much a sandbox keeps. One account or fault too many is refused; of everything else the oldest is dropped. */
export const LIMITS = {
  accounts: 200_000,
  tokensPerAccount: 50,
  codes: 2_000,
  conversationsPerAccount: 1_000,
  messagesPerConversation: 5_000,
  faults: 1_000,
  ledgerRows: 100_000,
  deliveries: 2_000,
  requestBytes: 1024 * 1024,
  faultDelayMs: 600_000,
} as const;

/** Drops the oldest entries of a list that is oldest first, and returns them. */
export function dropOldest<T>(list: T[], limit: number): T[] {
  return list.splice(0, Math.max(0, list.length - limit));
}
