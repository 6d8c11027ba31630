/**
 * How many valid keys one key may have made, by its generation: 0 is the bootstrap key and the console's users by proxy.
 * Each counts for its maker alone, so that no key uses up what another one may make; and as later generations may make
 * fewer, all that comes from one key is limited.
 */
const KEYS_BY_GENERATION = [1_000, 100, 20, 5, 2];

/** @returns 0: none */
export function keyQuota(generation: number): number {
  return KEYS_BY_GENERATION[generation] ?? 0;
}

/**
 * When a new key ends, so that none outlives the key that makes it.
 * @param wanted epoch ms; null: not given
 * @param makerEndsAt epoch ms; null: it does not end
 */
export function keyEnd(
  wanted: number | null,
  makerEndsAt: number | null,
): { expiresAt: number | null } | { problem: 'outlives_maker' } {
  if (makerEndsAt === null || wanted === null) return { expiresAt: wanted ?? makerEndsAt };
  return wanted > makerEndsAt ? { problem: 'outlives_maker' } : { expiresAt: wanted };
}
