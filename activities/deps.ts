import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { type ClockCheck } from '../adapters/postgres/clock-check';
import { type Sealer } from '../adapters/encryption/sealer';
import { type Instagram } from '../adapters/instagram/client';
import { type Retention } from '../core/fleet/retention-policy';
import { type Lifecycles } from '../services/lifecycles';
import { type Logger } from '../adapters/logger';
import { type Counters } from '../adapters/metrics';
import { type Spool } from '../adapters/spool';
import { type Mailer } from '../adapters/mail/mailer';
import { type Outgoing } from '../adapters/outgoing/post';

/** What activities act with. */
export interface Deps {
  pool: Pool;
  sealer: Sealer;
  instagram: Instagram;
  clock: Clock;
  /** Asked before anything is dated or decided. */
  clockCheck: ClockCheck;
  /** Uniform in [0, 1): jitter. */
  random: () => number;
  /** Lets ms pass between tries; absent: on the machine's clock. A simulation has its own time. */
  pause?: (ms: number) => Promise<unknown>;
  logger: Logger;
  counters: Counters;
  lifecycles: Lifecycles;
  /** Where answers survive a process that ends before the database is back; null: not configured. */
  spool: Spool | null;
  /** Requests to customers' addresses. */
  outgoing: Outgoing;
  /** null: there is no mail server. */
  mailer: Mailer | null;
  /** How long rows are kept, in days by kind. */
  retention: Retention;
  /** Whether workflows may set search attributes: not in every namespace. */
  searchAttributesAreKnown: () => boolean;
  /** Receives mails about the service itself. */
  operatorEmail: string | null;
  site: {
    /** Where owners and programs reach the API, without a trailing slash. */
    publicUrl: string;
    productName: string;
    /** The product's colour as `#rrggbb`; null: Evergrant's. */
    accent: string | null;
  };
}
