import { inWords } from './human-time';

export const CONNECTIONS_TEXT = {
  none: 'No connections yet. Create one with “npx evergrant connect”.',
  noMatch: 'No matching connections',
  search: 'Search',
  searchHint: '@username, owner or ID',
  state: 'State',
  allStates: 'All',
  owner: 'Owner',
  daysLeft: 'Expires within',
  anyDays: 'Any time',
  upTo: (days: number) => `${days} days`,
  filter: 'Filter',
  columns: {
    account: 'Account',
    state: 'State',
    expiry: 'Token expiry',
    next: 'Next step',
    owner: 'Owner',
  },
  /** @param limit the highest number that is counted */
  count(count: number, limit: number) {
    const text = count >= limit ? `over ${limit - 1}` : String(count);
    return `${text} ${count === 1 ? 'connection' : 'connections'} · sorted by urgency`;
  },
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  previous: 'Previous',
  next: 'Next',
  paused: 'Refresh paused',
  invalid: 'Token invalid',
  /** @param leftMs time to expiry; negative: time since */
  left: (leftMs: number) => (leftMs > 0 ? `${inWords(leftMs)} left` : `Expired ${inWords(-leftMs)} ago`),
} as const;

export const CONNECTION_TEXT = {
  state: 'State',
  problem: 'Problem',
  warning: 'Warning',
  activity: 'Activity',
  by: (name: string) => `by ${name}`,
  actions: 'Actions',
  refresh: 'Refresh now',
  recheck: 'Check now',
  pause: 'Pause refresh',
  resume: 'Resume refresh',
  createReconnectLink: 'Create reconnect link',
  createConnectLink: 'Create connect link',
  linkHint: 'Send this link to the owner. Valid until used to connect.',
  linkExpires: 'Expires',
  disconnect: 'Disconnect …',
  disconnectWarning:
    'This erases the token immediately. To connect the account again, its owner has to log in on Instagram.',
  disconnectPermanently: 'Disconnect permanently',
  details: 'Details',
  account: 'Account',
  noAccount: 'None yet',
  owner: 'Owner',
  externalId: 'External ID',
  contact: 'Contact',
  noContact: 'None · Notifications go to operators',
  version: 'Token version',
  issued: 'Issued',
  nextRefresh: 'Next refresh',
  expires: 'Expires',
  expiredOn: 'Expired on',
  created: 'Created',
  id: 'ID',
  messages: 'Messages',
  workflow: 'Open workflow in Temporal',
} as const;

export const MESSAGES_TEXT = {
  title: (username: string | null) => (username ? `Messages of @${username}` : 'Messages'),
  problem: 'Problem',
  viewConnection: 'View connection',
  conversations: 'Conversations',
  noConversations: 'No conversations yet',
  unknownUser: 'Unknown user',
  unreadable: (count: number) =>
    count === 1 ? '1 conversation could not be read.' : `${count} conversations could not be read.`,
  messages: 'Messages',
  choose: 'Select a conversation',
  ours: 'Sent:',
  theirs: 'Received:',
  noText: 'Instagram does not provide the text of this message.',
  attachment: 'Attachment. Open Instagram to see it.',
  unsupported: 'This kind of message is shown only in the Instagram app.',
  reply: 'Reply',
  send: 'Send',
  sending: 'Sending …',
  sent: 'Message sent',
  notSent: (why: string) => `Message not sent. ${why}`,
} as const;

export const RECHECK_TEXTS = {
  stale_version: 'A newer token is already in use',
  verified_ok: 'Token valid',
  refreshed: 'Token invalid · Replaced with a new one',
  expired: 'Token invalid · Owner has to reconnect',
  undecided: 'Instagram gave no clear answer. Evergrant will check again automatically.',
} as const;

export const DONE_TEXTS = {
  refreshed: 'Token refreshed',
  not_due: 'Token is too new to refresh',
  paused: 'Scheduled refreshes paused until 3 days before expiry',
  resumed: 'Scheduled refreshes resumed',
  disconnected: 'Disconnected · Token erased',
} as const;
