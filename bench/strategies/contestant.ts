import { type Instagram } from '../../adapters/instagram/client';
import { type consent } from '../../test/soak/consent';
import { type Trouble } from '../../test/soak/journal';
import { type Outcome } from './world/seen';

/** What an owner brings from the consent page. */
export type Grant = Awaited<ReturnType<typeof consent>>;

export interface OwnAccount {
  /** The provider's id. */
  account: string;
  username: string;
}

/** A product that keeps connections alive in its own way, as the world deals with it. */
export interface Contestant {
  /** By which owners go through consent. */
  instagram: Instagram;
  begin(): void;
  /** Takes what an owner granted, for the first time or again. Rejects when it cannot be stored. */
  connect(owner: OwnAccount, grant: Grant): Promise<void>;
  /** Instagram reports that the owner removed the app. */
  appRemoved(owner: OwnAccount): Promise<void>;
  /** Somebody uses the connection. Never rejects. */
  use(account: string): Promise<Outcome>;
  /** Something of ours, or of the provider, goes away or is back. */
  trouble(what: Trouble, isUnderWay: boolean): void;
  /** A background process is killed, and starts again by itself. */
  kill(): void;
  loseTemporal(): void;
}
