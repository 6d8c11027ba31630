import { type Courier } from '../callbacks/courier';
import { type VirtualClock } from '../clock';
import { type Faults } from '../faults/faults';
import { type Ledger } from '../usage/ledger';
import { createRandom, type Random } from './random';
import { type Rates } from '../usage/rates';
import { type Account, type State } from './state';

interface Settings {
  appId: string;
  appSecret: string;
  /** Where the authorize page may send people back to; `null`: any loopback address. */
  redirectUris: readonly string[] | null;
}

/** What a change of the state was about: one account, everything beside the accounts, or all of it. */
export type Changed = Account | 'settings' | 'everything';

/** What endpoints and control actions work on. They know nothing of HTTP. */
export interface World {
  readonly settings: Settings;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly state: State;
  readonly index: Index;
  readonly faults: Faults;
  readonly ledger: Ledger;
  readonly courier: Courier;
  readonly rates: Rates;
  /** An `fbtrace_id`. */
  trace(): string;
  /** To be called after every change of `state`. */
  changed(what: Changed): void;
}

/** Ways into the state that would otherwise be searches. */
export interface Index {
  addAccount(account: Account): void;
  byId(id: string): Account | undefined;
  byUsername(username: string): Account | undefined;
  byToken(value: string): Account | undefined;
  addToken(value: string, account: Account): void;
  dropToken(value: string): void;
  clear(): void;
}

export function createIndex(accounts: readonly Account[]): Index {
  const ids = new Map<string, Account>();
  const usernames = new Map<string, Account>();
  const tokens = new Map<string, Account>();
  const index: Index = {
    addAccount(account) {
      ids.set(account.id, account);
      usernames.set(account.username, account);
      for (const token of account.tokens) tokens.set(token.value, account);
    },
    byId: (id) => ids.get(id),
    byUsername: (username) => usernames.get(username),
    byToken: (value) => tokens.get(value),
    addToken: (value, account) => void tokens.set(value, account),
    dropToken: (value) => void tokens.delete(value),
    clear() {
      for (const map of [ids, usernames, tokens]) map.clear();
    },
  };
  accounts.forEach((account) => index.addAccount(account));
  return index;
}

export function createTracer(seed: string): () => string {
  const random = createRandom(`${seed}:trace`, { counter: 0 });
  return () => `A${random.text(22)}`;
}
