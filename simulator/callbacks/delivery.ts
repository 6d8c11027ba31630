/** One delivery to the app, and its result. */
export interface Delivery {
  /** 1, 2, 3 … as long as the process runs. */
  seq: number;
  kind: 'verification' | 'message' | 'deauthorize' | 'data_deletion';
  /** Professional account id; `null` for a handshake. */
  account: string | null;
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** The bytes, the same with every attempt. */
  body: string;
  attempts: Attempt[];
  state: 'held' | 'waiting' | 'delivered' | 'failed';
  /** When it is tried again, by the virtual clock; `null`: no more by itself. */
  nextAttemptAt: number | null;
}

interface Attempt {
  at: number;
  /** `null` where no answer came. */
  status: number | null;
  error?: string;
}

/** What a delivery is made of. */
export type Outgoing = Pick<Delivery, 'kind' | 'account' | 'method' | 'url' | 'headers' | 'body'>;

/** A delivery as control routes show it. */
export interface DeliveryView {
  seq: number;
  kind: Delivery['kind'];
  account: string | null;
  method: Delivery['method'];
  /** Without query, which holds a verify token. */
  url: string;
  headers: Record<string, string>;
  body: string;
  state: Delivery['state'];
  attempts: { at: string; status: number | null; error?: string }[];
  nextAttemptAt: string | null;
}

const iso = (instant: number) => new Date(instant).toISOString();

export function deliveryView(delivery: Delivery): DeliveryView {
  const { seq, kind, account, method, url, headers, body, state, attempts, nextAttemptAt } = delivery;
  return {
    seq,
    kind,
    account,
    method,
    url: url.split('?')[0] ?? '',
    headers: { ...headers },
    body,
    state,
    attempts: attempts.map((attempt) => ({ ...attempt, at: iso(attempt.at) })),
    nextAttemptAt: nextAttemptAt === null ? null : iso(nextAttemptAt),
  };
}
