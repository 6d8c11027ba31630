import { createHash } from 'node:crypto';

/** Chance that follows from a seed. */
export interface Chance {
  /** Uniform in [0, 1). */
  next(): number;
  /** True with this probability. */
  hits(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** One of the names, by weight. */
  weighted<T extends string>(weights: Record<T, number>): T;
  between(low: number, high: number): number;
  /** Between the two, each order of magnitude as likely as another. */
  logBetween(low: number, high: number): number;
  /** Gaps of what happens at random moments, on average this far apart. */
  exponential(mean: number): number;
}

/** @param names what it is for: each use has a sequence of its own, which no other use shifts */
export function chanceOf(seed: number, ...names: (string | number)[]): Chance {
  const digest = createHash('sha256')
    .update([seed, ...names].join('/'))
    .digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at)) as [number, number, number, number];

  /** sfc32. @see https://pracrand.sourceforge.net */
  function next(): number {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  const chance: Chance = {
    next,
    hits: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    weighted(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][];
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) if ((rest -= weight) < 0) return name;
      return entries.at(-1)![0];
    },
    between: (low, high) => low + next() * (high - low),
    logBetween: (low, high) => low * (high / low) ** next(),
    exponential: (mean) => -Math.log(1 - next()) * mean,
  };
  return chance;
}
