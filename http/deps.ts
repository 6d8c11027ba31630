import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { type Sealer } from '../adapters/encryption/sealer';
import { type Instagram } from '../adapters/instagram/client';
import { type Logger } from '../adapters/logger';
import { type Metrics } from '../adapters/metrics';
import { type PoolWatch } from '../adapters/postgres/pool-watch';
import { type Mailer } from '../adapters/mail/mailer';
import { type Outgoing } from '../adapters/outgoing/post';
import { type LifecycleClient } from '../client/lifecycle-client';
import { type Limits } from './middleware/limits';
import { type Secret } from '../core/access/secret';
import { type TokenUses } from '../services/token-uses';

/** The dependencies of the HTTP application. */
export interface HttpDeps {
  pool: Pool;
  poolWatch: Pick<PoolWatch, 'isDead'>;
  sealer: Sealer;
  instagram: Instagram;
  /** Requests to customers' URLs. */
  outgoing: Outgoing;
  /** null: email is off. */
  mailer: Mailer | null;
  /** Recipient of emails to operators; null: there is none. */
  operatorEmail: string | null;
  clock: Clock;
  /** For sessions. Moving a sandbox's clock does not end them. */
  wallClock: Clock;
  random: () => number;
  /** Lets ms pass between tries; absent: on the machine's clock. */
  pause?: (ms: number) => Promise<unknown>;
  logger: Logger;
  metrics: Metrics;
  lifecycles: LifecycleClient;
  /** For everything except lifecycles: sends, the audit's Schedule, readiness. */
  temporal: Client;
  site: Site;
  /** Whether `message.received` events contain the text. */
  forwardMessageText: boolean;
  /** The bootstrap key, which has every scope. */
  apiKey: Secret | null;
  limits: Limits;
  tokenUses: TokenUses;
  console: ConsoleSettings;
}

/** The console's settings in this deployment. */
export interface ConsoleSettings {
  /** Whether conversations are shown outside a sandbox. */
  messages: boolean;
  /** The URL of Temporal's Web UI, without a trailing slash; null: unknown. */
  temporalUiUrl: string | null;
  /** Controls of the sandbox; null: this deployment is not a sandbox. */
  sandbox: SandboxControls | null;
}

/** What the console can do in a sandbox. */
export interface SandboxControls {
  /** Moves the clock forward step by step; ends once all lifecycles have settled. */
  advance(milliseconds: number): Promise<unknown>;
  /** The move under way, or the last one; null: none was made. */
  journey(): SandboxJourney | null;
  /** When the next action of a connection is due; null: none. */
  nextActionAt(): Promise<number | null>;
  accounts(): { username: string; state: string }[];
  /** Makes Instagram reject the account's token. @param subcode Meta's, such as 460: password changed */
  invalidate(username: string, subcode: number): void;
  isOutage(): boolean;
  setOutage(on: boolean): void;
}

/** How far a move of the sandbox's clock has come. Instants are epoch ms. */
export interface SandboxJourney {
  number: number;
  from: number;
  to: number;
  now: number;
  ended: { failed: string | null } | null;
}

/** The deployment as seen from outside. */
export interface Site {
  /** The public URL, without a trailing slash. */
  publicUrl: string;
  productName: string;
  supportUrl: string | null;
  /** The product's logo and colour (`#rrggbb`) on owner pages and in emails; null: Evergrant's. */
  logoUrl: string | null;
  accent: string | null;
  /** Origins of the product's app: `returnTo` may point there, and its pages may embed the banner. */
  appOrigins: readonly string[];
  /** Whether an address, this many hops away, is a trusted proxy. */
  isTrustedProxy: (address: string, hop: number) => boolean;
  /** The header in which a trusted proxy names the user; null: none. */
  trustedUserHeader: string | null;
  /** Host names besides the public URL's under which the service may be called, with or without a port. */
  allowedHosts: readonly string[];
}
