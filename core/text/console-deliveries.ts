import { type DeliveryStatus } from '../deliveries/deliveries';

export const DELIVERY_LABELS = {
  waiting: 'Pending',
  delivered: 'Delivered',
  failed: 'Failed',
  skipped: 'Skipped',
} as const satisfies Record<DeliveryStatus, string>;

export const DELIVERIES_TEXT = {
  title: 'Deliveries',
  none: 'No deliveries',
  viewLog: 'View delivery log',
  filter: 'Filter by status',
  all: 'All',
  sentTo: 'Sent to',
  showAll: 'Show all recipients',
  oldest: 'Oldest pending',
  columns: {
    event: 'Event',
    connection: 'Connection',
    to: 'Recipient',
    state: 'Status',
    attempts: 'Attempts',
    when: 'Time',
    actions: '[Actions]',
  },
  mailTo: (audience: string) => `email to ${audience}`,
  removed: 'removed endpoint',
  took: (ms: number) => ` · ${ms} ms`,
  one: 'Delivery',
  aboutOne: 'About',
  showEvery: 'Show all connections',
  created: 'Created',
  ended: 'Ended',
  eventId: 'Event ID',
  payload: 'Event data',
  payloadGone: 'No longer kept',
  redeliverAll: 'Redeliver all failed',
  allRedelivered: (count: number) => `${count} ${count === 1 ? 'redelivery' : 'redeliveries'} scheduled`,
  due: 'Due',
  redeliver: 'Redeliver',
  redelivered: 'Redelivery scheduled',
} as const;

/** Why a notification was skipped or is delayed. */
export const SKIPPED_TEXT = {
  resolved: 'The problem was resolved before the notification was due.',
  problemNotNotified: 'No notification about the problem was sent.',
  incident: 'An incident affects the whole app.',
  decryptNotified: 'Operators were notified of another such token within the last hour.',
  decryptPending: 'A notification about another such token is pending.',
  notEmailed: 'This event type is not emailed.',
} as const;
