/**
 * What really happened, as the provider and the world saw it: the checker's only source besides the database. Plain
 * data, one entry per happening, instants in epoch ms. Tokens are named by a digest.
 */
export type Entry = Call | Happening;

/** One request to the provider. Filled in as it goes on. */
export interface Call {
  kind: 'call';
  at: number;
  process: string;
  account: string | null;
  /** Without version prefix. */
  path: string;
  token: string | null;
  /** What went wrong on purpose; null: nothing. */
  fault: string | null;
  /** When the provider worked on it; null: it never arrived. */
  reachedAt: number | null;
  status: number | null;
  code: number | null;
  subcode: number | null;
  /** The token that it gave. */
  gave: { token: string; expiresAt: number } | null;
  /** When the process had an answer, or gave up; null: the process ended before. */
  endedAt: number | null;
  /** Whether the whole answer reached the process. */
  delivered: boolean;
}

export type Happening = { at: number } & (
  | { kind: 'connected'; connection: string; account: string }
  /** Tokens of an account died; `subcode` as their refusals carry it. */
  | { kind: 'invalidated'; account: string; subcode: number | null }
  /** From now on a refresh returns the same token, or a new one, after which the old one lives or dies. */
  | { kind: 'mode'; refreshReturns: 'same' | 'new_old_valid' | 'new_old_dead' }
  /** The owner did what the provider asked for: tokens live again. */
  | { kind: 'restored'; account: string }
  | { kind: 'app_removed' | 'paused' | 'resumed' | 'disconnected' | 'reconnected'; connection: string }
  | { kind: 'began' | 'ended'; what: Trouble }
  | { kind: 'killed' | 'started'; process: string }
  | { kind: 'temporal_lost' }
  | { kind: 'leak'; where: string }
);

export type Trouble = 'provider_down' | 'temporal_down' | 'workers_down' | 'database_down' | 'app_blocked';

export interface Journal {
  readonly entries: readonly Entry[];
  add<E extends Entry>(entry: E): E;
}

export function createJournal(): Journal {
  const entries: Entry[] = [];
  return {
    entries,
    add(entry) {
      entries.push(entry);
      return entry;
    },
  };
}
