import { type DeliveryStatus } from '../deliveries/deliveries';

export const DELIVERY_LABELS = {
  waiting: 'Waiting',
  delivered: 'Delivered',
  failed: 'Given up',
  skipped: 'No longer needed',
} as const satisfies Record<DeliveryStatus, string>;

export const DELIVERIES_TEXT = {
  title: 'Deliveries',
  none: 'There are none.',
  toAll: 'What was told to whom, and what became of it',
  filter: 'Filter by state',
  all: 'All',
  only: 'To',
  everybody: 'Show everybody',
  oldest: 'The oldest came up',
  columns: {
    event: 'Event',
    to: 'To',
    state: 'State',
    tries: 'Tries',
    when: 'When',
    actions: '[Actions]',
  },
  mailTo: (audience: string) => `mail to ${audience}`,
  removed: 'removed',
  due: 'due',
  again: 'Deliver again',
  deliveredAgain: 'It is delivered once more.',
} as const;

/** Why people were not told of something, in the log of deliveries. */
export const UNTOLD_TEXT = {
  over: 'It was over before anybody was to be told.',
  end: 'Nobody was told of the trouble, so nobody is told of its end.',
  incident: 'An incident of the whole app is on.',
  alarm: 'Operators were told of another such token within the hour.',
  alarmWaits: 'Operators are about to be told of another such token.',
  notForPeople: 'People are not told of such events.',
} as const;
