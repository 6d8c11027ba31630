/** How events get to webhooks and people: the words for it. */

export const DELIVERY_KINDS = ['webhook', 'email'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** `skipped`: it was not to be told any more. */
export const DELIVERY_STATUSES = ['waiting', 'delivered', 'failed', 'skipped'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Whom an e-mail went to. */
export const AUDIENCES = ['owner', 'operators'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Why an endpoint is told nothing: by request, it answered 410, or it failed for days. */
export const DISABLED_REASONS = ['by_hand', 'gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Input of the `deliverEvent` workflow: the endpoint or `mail`, and the integration or `-`, with a slash between. */
export interface DeliverEventInput {
  lane: string;
}

/** What comes next in a lane: how long until something is due, in ms; null: it is empty. */
export interface LaneStep {
  waitMs: number | null;
}
