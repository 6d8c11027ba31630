import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { type Sealer } from '../adapters/encryption/sealer';
import { type Instagram } from '../adapters/instagram/client';
import { type Logger } from '../adapters/logger';
import { type Metrics } from '../adapters/metrics';
import { type Mailer } from '../adapters/mail/mailer';
import { type Outgoing } from '../adapters/outgoing/post';
import { type LifecycleClient } from '../client/lifecycle-client';
import { type Limits } from './middleware/limits';
import { type Secret } from '../core/access/secret';

/** What the HTTP side works with. */
export interface HttpDeps {
  pool: Pool;
  sealer: Sealer;
  instagram: Instagram;
  /** Requests to customers' addresses. */
  outgoing: Outgoing;
  /** null: there is no mail server. */
  mailer: Mailer | null;
  clock: Clock;
  /** What people's sessions go by: where a sandbox moves the other clock on by days, nobody is signed out. */
  wallClock: Clock;
  random: () => number;
  logger: Logger;
  metrics: Metrics;
  lifecycles: LifecycleClient;
  /** For what is no lifecycle: sends, the audit's schedule, readiness. */
  temporal: Client;
  site: Site;
  /** Whether events carry the text of messages that come in. */
  forwardMessageText: boolean;
  /** The bootstrap key, with every scope. */
  apiKey: Secret | null;
  limits: Limits;
  console: ConsoleSettings;
}

/** What the console shows in this deployment. */
export interface ConsoleSettings {
  /** Whether conversations are shown outside a sandbox. */
  messages: boolean;
  /** Where Temporal's own UI is, without a trailing slash; null: not known. */
  temporalUiUrl: string | null;
  /** The clock and the faults of a sandbox; null: this is none. */
  sandbox: SandboxControls | null;
}

/** What a visitor of a sandbox can do to it. */
export interface SandboxControls {
  /** Moves time, step by step, and returns when all has settled. @returns epoch ms */
  advance(milliseconds: number): Promise<number>;
  /** The next instant at which a connection wants to do something; null: none does. */
  nextActionAt(): Promise<number | null>;
  accounts(): { username: string; state: string }[];
  /** Makes Instagram refuse the account's token from now on. @param subcode Meta's, such as 460: password changed */
  invalidate(username: string, subcode: number): void;
  isOutage(): boolean;
  setOutage(on: boolean): void;
}

/** How the outside sees this deployment. */
export interface Site {
  /** Where owners and programs reach it, without a trailing slash. */
  publicUrl: string;
  productName: string;
  supportUrl: string | null;
  /** Origins that owners may be sent back to, and that may embed. */
  appOrigins: readonly string[];
  /** Whether this address, so many hops away, is a proxy of ours, whose word on who calls counts. */
  isTrustedProxy: (address: string, hop: number) => boolean;
  /** The header in which such a proxy names who is signed in; null: there is none. */
  trustedUserHeader: string | null;
  /** Whether only this machine can reach it: then names that mean another are refused. */
  loopbackOnly: boolean;
}
