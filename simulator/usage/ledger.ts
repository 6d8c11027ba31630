import { LIMITS } from './limits';

/** One request to Instagram's own paths: no query, no body, no token. */
export interface LedgerRow {
  /** 1, 2, 3 … in order of arrival, as long as the process runs. */
  seq: number;
  /** ISO 8601, by the simulator's clock. */
  at: string;
  method: string;
  /** Without version prefix. */
  path: string;
  /** Professional account id, if the request's token or code identifies it. */
  account: string | null;
  /** `null` while unanswered, and for ever when the connection was dropped. */
  status: number | null;
  /** Whether the dropped request was carried out. */
  dropped?: 'before' | 'after';
}

export interface Ledger {
  /** Records a request; the caller fills in how it ended. */
  open(row: Omit<LedgerRow, 'seq'>): LedgerRow;
  /** Rows after a sequence number, or from an instant (epoch ms) on; oldest first. */
  since(mark: { seq: number } | { at: number }): LedgerRow[];
  clear(): void;
}

const TOKEN = /\b(IG|EA)[A-Za-z0-9_-]{30,}/g;

export function createLedger(limit: number = LIMITS.ledgerRows): Ledger {
  // A ring: row n is at n modulo the limit.
  let rows: LedgerRow[] = [];
  let last = 0;
  let cleared = 0;
  return {
    open(row) {
      const entry = { ...row, seq: ++last, path: row.path.replace(TOKEN, '[token]') };
      rows[entry.seq % limit] = entry;
      return entry;
    },
    since(mark) {
      const first = Math.max(cleared, last - limit, 'seq' in mark ? mark.seq : 0) + 1;
      const kept: LedgerRow[] = [];
      for (let seq = first; seq <= last; seq++) {
        const row = rows[seq % limit];
        if (row && (!('at' in mark) || Date.parse(row.at) >= mark.at)) kept.push({ ...row });
      }
      return kept;
    },
    clear() {
      rows = [];
      cleared = last;
    },
  };
}
