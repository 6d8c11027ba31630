/**
 * How many days rows are kept, by kind. `min`: what other promises need. Each kind is a setting,
 * `EVERGRANT_RETENTION_<KIND>_DAYS`, and has its rows in `adapters/postgres/fleet/retention.ts`.
 */
export const RETENTION = {
  /** All events but those about messages. */
  events: { days: 365, min: 7 },
  /** A year of ten messages a day would be most of the database. */
  messageEvents: { days: 30, min: 7 },
  /** Webhooks and emails, from their end. They are retried for three days. */
  deliveries: { days: 30, min: 1 },
  refreshAttempts: { days: 90, min: 7 },
  tokenUses: { days: 90, min: 1 },
  /** Who changed what. */
  auditLog: { days: 365, min: 30 },
  /** The daily comparison is due a day after the last. */
  auditRuns: { days: 90, min: 2 },
  /** Incidents, from their end, counts of calls to Instagram, and what it refused at connect. */
  incidents: { days: 90, min: 1 },
  /** Callbacks that are recognized when they come again. */
  callbacks: { days: 90, min: 7 },
  /** Instagram repeats a delivery for 36 hours. */
  receivedMessages: { days: 7, min: 2 },
  /** An Idempotency-Key holds for seven days. */
  sends: { days: 7, min: 7 },
  /** Rounds through the consent page, from their end. */
  connectRounds: { days: 0, min: 0 },
} as const satisfies Record<string, { days: number; min: number }>;

export type RetentionKind = keyof typeof RETENTION;
/** Days by kind. */
export type Retention = Record<RetentionKind, number>;

/** How long rows of one table are kept. */
export interface KeptFor {
  /** From when they come, or from their end; 0: until then. */
  days: number;
  /** Which of the table's rows; null: all others. */
  of: 'message_events' | 'token_reads' | null;
}
/** By table. One that is missing keeps its rows until they are deleted for another reason. */
export type TableRetention = Readonly<Record<string, KeptFor[]>>;

export const DEFAULT_RETENTION = Object.fromEntries(
  Object.entries(RETENTION).map(([kind, { days }]) => [kind, days]),
) as Retention;
