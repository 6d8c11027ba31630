import { type Clock, HOUR_MS, SECOND_MS } from '../clock';
import { ConflictError } from '../graph/conflict';
import { dropOldest, LIMITS } from '../usage/limits';
import { type Delivery, type Outgoing } from './delivery';
import { type Answer, post } from './post';

const MINUTE_MS = 60 * SECOND_MS;
/** How long after each failed attempt the next one follows; after the last, 36 hours in, it is given up. */
const RETRY_AFTER_MS = [
  10 * SECOND_MS,
  MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  4 * HOUR_MS,
  12 * HOUR_MS,
  18 * HOUR_MS,
];
const ATTEMPTS_KEPT = 50;

export type Order = 'oldest_first' | 'newest_first';

/** Carries callbacks to the app: one after the other, and again where the receiver did not answer 2xx. */
export interface Courier {
  /** One attempt, at once; the caller gets the answer. */
  ask(outgoing: Outgoing): Promise<{ delivery: Delivery; answer: Answer }>;
  /** In turn, with retries; `held` waits for `release`. */
  send(outgoing: Outgoing, held: boolean): Delivery;
  /** Sends what is held. Resolves when each has been tried once. */
  release(order: Order): Promise<Delivery[]>;
  /** The very same bytes once more, whatever became of them. Throws for an unknown number. */
  resend(seq: number): Promise<Delivery>;
  /** After a sequence number, oldest first. */
  since(seq: number): Delivery[];
  /** To be called when the clock was moved: retries may be due. */
  clockMoved(): void;
  clear(): void;
}

export function createCourier(clock: Clock, closing: AbortSignal): Courier {
  let deliveries: Delivery[] = [];
  let last = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  closing.addEventListener('abort', () => clearTimeout(timer));

  const record = (outgoing: Outgoing, state: Delivery['state']): Delivery => {
    const delivery = { ...outgoing, seq: ++last, attempts: [], state, nextAttemptAt: null };
    deliveries.push(delivery);
    dropOldest(deliveries, LIMITS.deliveries);
    return delivery;
  };
  const attempt = async (delivery: Delivery): Promise<Answer> => {
    delivery.nextAttemptAt = null;
    const answer = await post(delivery, closing);
    const { status, error } = answer;
    delivery.attempts.push({ at: clock.now(), status, ...(error !== undefined && { error }) });
    dropOldest(delivery.attempts, ATTEMPTS_KEPT);
    if (status !== null && status >= 200 && status < 300) delivery.state = 'delivered';
    else plan(delivery);
    return answer;
  };
  const plan = (delivery: Delivery) => {
    if (delivery.state === 'delivered') return;
    // A caller sees the failure; only background deliveries are retried.
    const after = delivery.kind === 'message' ? RETRY_AFTER_MS[delivery.attempts.length - 1] : undefined;
    delivery.state = after === undefined ? 'failed' : 'waiting';
    delivery.nextAttemptAt = after === undefined ? null : clock.now() + after;
    watch();
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
  const sendDue = () => {
    const now = clock.now();
    for (const delivery of deliveries) {
      if (delivery.nextAttemptAt === null || delivery.nextAttemptAt > now) continue;
      delivery.nextAttemptAt = null;
      void inTurn(() => attempt(delivery));
    }
    watch();
  };
  const watch = () => {
    clearTimeout(timer);
    const next = Math.min(...deliveries.map(({ nextAttemptAt }) => nextAttemptAt ?? Infinity));
    if (next === Infinity || closing.aborted) return;
    // While the clock is stopped nothing is due, and this checks again.
    timer = setTimeout(sendDue, Math.min(Math.max(next - clock.now(), SECOND_MS), HOUR_MS)).unref();
  };

  return {
    async ask(outgoing) {
      const delivery = record(outgoing, 'waiting');
      return { delivery, answer: await attempt(delivery) };
    },
    send(outgoing, held) {
      const delivery = record(outgoing, held ? 'held' : 'waiting');
      if (!held) void inTurn(() => attempt(delivery));
      return delivery;
    },
    async release(order) {
      const held = deliveries.filter(({ state }) => state === 'held');
      if (order === 'newest_first') held.reverse();
      for (const delivery of held) delivery.state = 'waiting';
      await Promise.all(held.map((delivery) => inTurn(() => attempt(delivery))));
      return held;
    },
    async resend(seq) {
      const delivery = deliveries.find((one) => one.seq === seq);
      if (!delivery) throw new ConflictError('seq', `there is no delivery ${seq}`);
      await inTurn(() => attempt(delivery));
      return delivery;
    },
    since: (seq) => deliveries.filter((one) => one.seq > seq),
    clockMoved: sendDue,
    clear() {
      deliveries = [];
      clearTimeout(timer);
    },
  };
}
