import { type Delivery } from '../../adapters/postgres/deliveries/deliveries';
import { type Event } from '../../adapters/postgres/deliveries/events';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Audience } from '../../core/deliveries/deliveries';

/** A delivery that is due, with its event and the integration as it is now. */
export interface DueDelivery {
  delivery: Delivery;
  event: Event;
  row: Integration | null;
}

interface Attempt {
  /** HTTP status or SMTP reply code. */
  status: number | null;
  /** A sentence of ours. */
  error: string | null;
  audience?: Audience;
}

export type DeliveryOutcome =
  | ({ kind: 'delivered' } & Attempt)
  /** Permanent failure. */
  | ({ kind: 'failed' } & Attempt)
  /** Temporary failure: retried until the ladder ends. */
  | ({ kind: 'refused'; retryAfterMs: number | null } & Attempt)
  | SkippedDelivery
  | PostponedDelivery;

/** The event is outdated, or has no recipient. */
export interface SkippedDelivery {
  kind: 'skipped';
  error: string;
}

/** Too early: checked again after `waitMs`, without counting as an attempt. */
export interface PostponedDelivery {
  kind: 'postponed';
  error: string;
  waitMs: number;
}
