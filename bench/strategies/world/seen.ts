/**
 * What people saw of a product, besides what the provider's ledger tells: the same few facts of every contestant. Plain
 * data, instants in epoch ms.
 */
export type Seen = { at: number; account: string } & (
  | { kind: 'granted'; token: string }
  /** The product shows the connection as one that its owner must reconnect. */
  | { kind: 'asked' }
  /** It shows it as connected again. */
  | { kind: 'works' }
  | { kind: 'notice'; asks: Asks }
  /** Somebody used the connection: one call, as the product carried it out. `at`: when it was over. */
  | { kind: 'use'; beganAt: number; outcome: Outcome }
);

/**
 * What a message to the owner asks for: to reconnect, to do something on Instagram, again what was asked before. A
 * `warning` says that the connection may end, and `none` that it works again.
 */
export type Asks = 'reconnect' | 'act' | 'reminder' | 'warning' | 'none';

export type Outcome =
  | 'ok'
  /** Instagram refused the token. */
  | 'refused'
  /** The product says that the owner must reconnect, and calls nobody. */
  | 'reconnect'
  /** The product has no token to use now. */
  | 'blocked'
  /** Instagram did not do it, for another reason than the token. */
  | 'provider'
  /** Nothing of ours runs, or our own database is away. */
  | 'unavailable';

export class SeenJournal {
  readonly entries: Seen[] = [];
  readonly #listeners: ((seen: Seen) => void)[] = [];

  add(seen: Seen): void {
    this.entries.push(seen);
    for (const listener of this.#listeners) listener(seen);
  }

  listen(listener: (seen: Seen) => void): void {
    this.#listeners.push(listener);
  }
}
