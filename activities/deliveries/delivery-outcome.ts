import { type Delivery } from '../../adapters/postgres/deliveries/deliveries';
import { type Event } from '../../adapters/postgres/deliveries/events';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Audience } from '../../core/deliveries/deliveries';

/** What is to be told, and of whom as they are now. */
export interface Wanted {
  delivery: Delivery;
  event: Event;
  row: Integration | null;
}

interface Answer {
  /** HTTP status, or SMTP's reply code. */
  status: number | null;
  /** A sentence of ours. */
  error: string | null;
  audience?: Audience;
}

/** How one attempt ended. */
export type Verdict =
  | ({ is: 'delivered' } & Answer)
  /** Trying again would change nothing. */
  | ({ is: 'failed' } & Answer)
  /** It is tried again, as long as the ladder goes. */
  | ({ is: 'refused'; retryAfterMs: number | null } & Answer)
  /** It is not to be told any more. */
  | { is: 'skipped'; error: string }
  /** It is not to be told yet. */
  | { is: 'later'; error: string; waitMs: number };
