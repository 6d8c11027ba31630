export type Invariant =
  /** No connection expired without a cause, and no grant lost that could have been kept. */
  | 'I1'
  /** One refresh in flight per account. */
  | 'I2'
  /** No plain token anywhere. */
  | 'I3'
  /** One entry into `expired`: one reason, one event, one notice. */
  | 'I4'
  /** Whatever is not final goes on by itself. */
  | 'I5';

export interface Violation {
  invariant: Invariant;
  /** Epoch ms. */
  at: number;
  connection: string | null;
  account: string | null;
  text: string;
}

/** What a checker has found so far. */
export interface Findings {
  violations: Violation[];
  /** Grants that were lost and could not have been kept, by cause. */
  lost: Record<string, number>;
  /** Entries into `expired`, by whose doing. */
  expired: { owner: number; lost: number; false: number };
  /** Versions that were refreshed twice, by what became of the first answer. */
  refreshedTwice: Record<string, number>;
}

export function emptyFindings(): Findings {
  return { violations: [], lost: {}, expired: { owner: 0, lost: 0, false: 0 }, refreshedTwice: {} };
}

export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
