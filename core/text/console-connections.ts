import { type BannerAction } from './banner';
import { inWords } from './human-time';

const SORT_NAMES = {
  urgency: 'urgency',
  account: 'account',
  state: 'state',
  expiry: 'token expiry',
  owner: 'owner',
} as const;

export const CONNECTIONS_TEXT = {
  none: 'No connections yet. Select “Connect account” to create the first one.',
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
  count(count: number, limit: number, sort: keyof typeof SORT_NAMES) {
    const text = count >= limit ? `over ${limit - 1}` : String(count);
    return `${text} ${count === 1 ? 'connection' : 'connections'} · sorted by ${SORT_NAMES[sort]}`;
  },
  hidden: (count: number) => `${count} disconnected hidden`,
  showThem: 'Show',
  showAll: 'Show all',
  expiringOn: (day: string) => `Tokens that expire on ${day}`,
  created: (age: string) => `Created ${age} ago`,
  csv: 'Export CSV',
  connect: 'Connect account',
  views: 'Views',
  filters: 'Filters',
  conditions: { attention: 'Action required', failing: 'Refresh failing' },
  presets: [
    { label: 'All' },
    { label: 'Action required', state: 'attention' },
    { label: 'Refresh failing', state: 'failing' },
    { label: 'Expires within 7 days', days: '7' },
    { label: 'Pending', state: 'pending' },
    { label: 'Disconnected', state: 'disconnected' },
  ],
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
  /** What an operator does now. @param actions what the owner may do */
  askOwner(actions: readonly BannerAction['kind'][], isProblem: boolean) {
    if (actions.includes('check_again')) return 'Ask the owner to follow the steps in the Instagram app';
    if (actions.includes('reconnect'))
      return isProblem ? 'Ask the owner to reconnect' : 'Expires soon · Ask the owner to reconnect';
    return 'Messages are not available';
  },
  copyLink: 'Copy reconnect link',
  emailLink: 'Email link to owner',
  ownerView: 'What the owner sees',
  linkCreated: 'Link created',
  attempts: 'Refresh attempts',
  attemptRunning: 'Running',
  attemptOutcomes: {
    answered: 'New token received',
    refused: 'Refused',
    unanswered: 'No answer',
    lost: 'Interrupted before an answer',
  },
  activity: 'Activity',
  activityFilter: 'Filter activity',
  allActivity: 'All',
  noActivity: 'No activity',
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
  noAccount: 'Not connected yet',
  dataDeleted: 'Deleted',
  accountId: 'Account ID',
  owner: 'Owner',
  externalId: 'External ID',
  contact: 'Contact',
  noContact: 'None · Notifications go to operators',
  changeContact: 'Change contact',
  contactField: 'Owner’s email (empty: none)',
  save: 'Save',
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
  contact: 'Contact saved',
  noContact: 'This connection has no contact, or email is off. Set a contact, or copy the link.',
  email: {
    sent: 'Link emailed to the owner',
    failed: 'The mail server refused the email. Copy the link instead.',
    limited: 'Too many emails to this owner within an hour. Copy the link instead.',
  },
} as const;

const BULK_DONE: Readonly<Record<string, string>> = {
  recheck: 'Checked',
  refresh: 'Refreshed',
  pause: 'Paused',
  resume: 'Resumed',
  disconnect: 'Disconnected',
};

/** What is done with several connections at once. */
export const BULK_TEXT = {
  all: 'Select all on this page',
  select: (name: string) => `Select ${name}`,
  label: 'With selected:',
  verbs: [
    { verb: 'link', label: 'Create links' },
    { verb: 'recheck', label: 'Check now' },
    { verb: 'refresh', label: 'Refresh now' },
    { verb: 'pause', label: 'Pause refresh' },
    { verb: 'resume', label: 'Resume refresh' },
  ],
  disconnectWarning:
    'This erases the tokens of all selected connections immediately. To connect them again, their owners have to log in on Instagram.',
  noneSelected: 'Select at least one connection',
  unknown: 'Unknown action',
  linked: (count: number) => `${count} ${count === 1 ? 'link' : 'links'} created`,
  done(verb: string, count: number) {
    return `${BULK_DONE[verb] ?? 'Done:'} ${count} ${count === 1 ? 'connection' : 'connections'}`;
  },
} as const;

export const NEW_CONNECTION_TEXT = {
  title: 'Connect an Instagram account',
  hint: 'You get a link for the account’s owner, who logs in on Instagram.',
  owner: 'Owner',
  ownerHint: 'Your customer’s ID',
  externalId: 'External ID (optional)',
  email: 'Owner’s email (optional)',
  create: 'Create link',
  cancel: 'Cancel',
  created: 'Link created',
  links: 'Links created',
  emailTo: (address: string) => `Email to ${address}`,
  view: 'View connection',
} as const;
