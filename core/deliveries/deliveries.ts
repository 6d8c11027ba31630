/** The vocabulary of deliveries: events on their way to webhooks and people. */

export const DELIVERY_KINDS = ['webhook', 'email'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** `skipped`: outdated, or without a recipient. */
export const DELIVERY_STATUSES = ['waiting', 'delivered', 'failed', 'skipped'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Who receives an email. */
export const AUDIENCES = ['owner', 'operators'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Why an endpoint is disabled: on request, by a 410, or after days of failures. */
export const DISABLED_REASONS = ['by_hand', 'gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Input of the `deliverEvent` workflow: endpoint ID or `mail`, a slash, integration ID or `-`. */
export interface DeliverEventInput {
  lane: string;
}

/** The state of a lane: ms until its next delivery is due; null: the lane is empty. */
export interface LaneStep {
  waitMs: number | null;
}
