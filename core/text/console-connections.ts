import { inWords } from './human-time';

export const CONNECTIONS_TEXT = {
  none: 'There are none yet. “npx evergrant connect” makes the first.',
  noMatch: 'No connection is like that.',
  search: 'Search',
  searchHint: '@username, owner or id',
  state: 'State',
  allStates: 'All',
  owner: 'Owner',
  daysLeft: 'Days left',
  anyDays: 'Any',
  upTo: (days: number) => `up to ${days}`,
  filter: 'Filter',
  columns: { account: 'Account', state: 'State', life: 'Life of the token', next: 'Next', owner: 'Owner' },
  /** @param most how many are counted at most */
  count(count: number, most: number) {
    const text = count >= most ? `over ${most - 1}` : String(count);
    return `${text} ${count === 1 ? 'connection' : 'connections'}, the most urgent first`;
  },
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  previous: 'Previous',
  next: 'Next',
  paused: 'paused',
  dead: 'The token is dead',
  /** @param leftMs until its end; below 0: since */
  left: (leftMs: number) => (leftMs > 0 ? `${inWords(leftMs)} left` : `Over for ${inWords(-leftMs)}`),
} as const;

export const CONNECTION_TEXT = {
  state: 'State',
  problem: 'Problem',
  warning: 'Warning',
  lastTrouble: (text: string) => `Last trouble: ${text}`,
  happened: 'What happened',
  by: (name: string) => `by ${name}`,
  actions: 'Actions',
  refresh: 'Refresh now',
  recheck: 'Check now',
  pause: 'Pause',
  resume: 'Resume',
  reconnectLink: 'Reconnect link',
  connectLink: 'Connect link',
  makeReconnectLink: 'Make a reconnect link',
  linkHint: 'Give it to the owner of the account. Opening it uses nothing up; connecting does.',
  validUntil: 'Valid until',
  disconnect: 'Disconnect …',
  disconnectWarning:
    'This erases the token at once. To connect the account again, its owner has to go through Instagram.',
  disconnectForGood: 'Disconnect for good',
  details: 'Details',
  account: 'Account',
  noAccount: 'none yet',
  owner: 'Owner',
  externalId: 'External id',
  contact: 'Contact',
  noContact: 'none: only operators get mail',
  version: 'Token version',
  issued: 'Issued',
  refreshFrom: 'Refresh from',
  ends: 'Ends',
  over: 'Over since',
  created: 'Created',
  id: 'Id',
  messages: 'Messages',
  workflow: 'Workflow in Temporal',
} as const;

export const MESSAGES_TEXT = {
  title: (username: string | null) => (username ? `Messages of @${username}` : 'Messages'),
  problem: 'Problem',
  seeConnection: 'See this connection',
  conversations: 'Conversations',
  noConversations: 'No conversations yet.',
  somebody: 'somebody',
  messages: 'Messages',
  choose: 'Choose a conversation.',
  we: 'We:',
  they: 'They:',
  noText: 'Instagram does not give out the text of this message.',
  answer: 'Answer',
  send: 'Send',
  sending: 'sending …',
  sent: 'Sent.',
  notSent: (why: string) => `Not sent. ${why}`,
} as const;

/** What a recheck found. */
export const RECHECK_TEXTS = {
  stale_version: 'A newer token is in use already.',
  verified_ok: 'Instagram accepts the token.',
  refreshed: 'The token was replaced by a new one.',
  expired: 'The token is dead: the owner has to reconnect.',
  undecided: 'Instagram gives no clear answer yet. Evergrant looks again by itself.',
} as const;

/** What a button has done. @param who the account */
export function doneText(
  verb: 'refreshed' | 'not_due' | 'paused' | 'resumed' | 'disconnected',
  who: string,
): string {
  switch (verb) {
    case 'refreshed':
      return `${who} has a new token.`;
    case 'not_due':
      return `The token of ${who} is fresh enough.`;
    case 'paused':
      return `Scheduled refreshes of ${who} are paused, until 3 days before the end.`;
    case 'resumed':
      return `Scheduled refreshes of ${who} go on.`;
    case 'disconnected':
      return `${who} is disconnected, its token erased.`;
  }
}
