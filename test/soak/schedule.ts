import { setImmediate as immediate } from 'node:timers/promises';

export interface Timer {
  cancel(): void;
}

interface Due {
  at: number;
  /** Orders what is due at one instant. */
  seq: number;
  run: (() => unknown) | null;
}

/**
 * Virtual time: a queue of what is due, run one by one. Only one piece of work is ever under way: it ends its turn by
 * finishing or by sleeping in virtual time. Meanwhile it may use the real database as long as it likes, during which no
 * virtual time passes. So the order of everything follows from the queue alone.
 */
export class VirtualTime {
  #now: number;
  #seq = 0;
  readonly #queue: Due[] = [];
  #endTurn: () => void = () => undefined;
  #failure: { error: unknown } | null = null;

  /** @param start epoch ms */
  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  /** Runs something at an instant, or next if that is past. */
  at(instant: number, run: () => unknown): Timer {
    const due: Due = { at: Math.max(Math.ceil(instant), this.#now), seq: ++this.#seq, run };
    push(this.#queue, due);
    return { cancel: () => void (due.run = null) };
  }

  after(ms: number, run: () => unknown): Timer {
    return this.at(this.#now + ms, run);
  }

  /** Ends the turn of the work that calls it, and gives it another once the time is over. */
  sleep(ms: number): Promise<void> {
    const slept = new Promise<void>((resolve) => {
      this.after(ms, () => {
        resolve();
        return NEVER;
      });
    });
    this.#endTurn();
    return slept;
  }

  /** The same until something is settled that others settle in turns of their own. */
  wait<T>(awaited: Promise<T>): Promise<T> {
    const resumed = new Promise<T>((resolve, reject) => {
      const next = (goOn: () => void) =>
        this.after(0, () => {
          goOn();
          return NEVER;
        });
      awaited.then(
        (value) => next(() => resolve(value)),
        (error: unknown) => next(() => reject(error as Error)),
      );
    });
    this.#endTurn();
    return resumed;
  }

  /** Ends the turn of the work that calls it, for good. */
  hang(): Promise<never> {
    this.#endTurn();
    return NEVER;
  }

  /** Runs what is due until an instant, and stops there. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      const next = this.#queue[0];
      if (!next || next.at > end) break;
      pop(this.#queue);
      if (!next.run) continue;
      this.#now = next.at;
      await this.#turn(next.run);
    }
    this.#now = Math.max(this.#now, end);
  }

  async #turn(run: () => unknown): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#endTurn = resolve));
    const work = run();
    if (!(work instanceof Promise)) return;
    // It may end in a later turn than it began in: whichever is under way then.
    work.then(
      () => this.#endTurn(),
      (error: unknown) => {
        this.#failure = { error };
        this.#endTurn();
      },
    );
    await ended;
    if (this.#failure) throw this.#failure.error;
  }
}

/** Resolves once every promise that can go on by itself has done so. */
export function settled(): Promise<void> {
  return immediate();
}

const NEVER = new Promise<never>(() => undefined);

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);

/** The queue is a binary heap: the next is first. */
function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at]!, heap[parent]!)) break;
    [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
    at = parent;
  }
}

function pop(heap: Due[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ;) {
    const left = 2 * at + 1;
    let least = at;
    for (const child of [left, left + 1])
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}
