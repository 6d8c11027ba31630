import { type Answer } from '../world/provider-call';
import { type Asks } from '../world/seen';

/** What such a product stores of a connection. Instants are epoch ms. */
export interface Row {
  account: string;
  token: string;
  /** As the strategy computes it. */
  expiresAt: number;
  /** Whether the product shows it as one to be reconnected. */
  needsReconnect: boolean;
  updatedAt: number;
}

/** What a strategy can do: nothing that the product it stands for could not. */
export interface Product {
  now(): number;
  /** All rows, oldest first. Throws while the database is away; so do all that write. */
  rows(): Row[];
  /** Asks Instagram to refresh the row's token, and stores nothing. */
  refresh(row: Row): Promise<Answer>;
  /** Asks Instagram whose token it is. */
  probe(token: string): Promise<Answer>;
  save(row: Row, token: string, expiresAt: number): void;
  askToReconnect(row: Row): void;
  /** Takes that back. */
  showAsConnected(row: Row): void;
  notify(row: Row, asks: Asks): void;
}

/** Work in the background runs in a process that is killed, deployed and away at times. */
export interface Background {
  /** At this hour (UTC). A window in which nothing runs is missed. A run that is cut off is not repeated. */
  everyDay(hour: number, work: (product: Product) => Promise<void>): void;
  /** At an instant, or as soon as something runs again; repeated when it was cut off. */
  at(instant: number, work: (product: Product) => Promise<void>): void;
}

export interface Strategy {
  /** When a token expires that was issued now; default: after what Instagram says. */
  expiresAt?(now: number, expiresInMs: number): number;
  /** Whether a connection that needs a reconnect is used no more. */
  stops?: boolean;
  /** Whether all of its timers are those of a Temporal server, which may be away. */
  runsOnTemporal?: boolean;
  begin?(): void;
  /** An owner connected or reconnected. */
  connected?(row: Row): void;
  /** Before each use; what it throws fails the use. */
  beforeUse?(product: Product, row: Row): Promise<void>;
  /** A use was refused with 190. True: the call is made once more. */
  refused?(product: Product, row: Row): Promise<boolean>;
  /** A use went well. */
  used?(product: Product, row: Row): void;
}

export type CreateStrategy = (background: Background) => Strategy;
