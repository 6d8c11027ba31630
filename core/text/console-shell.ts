import { inWords } from './human-time';

export const SIGN_IN_TEXT = {
  title: 'Sign in to Evergrant',
  text: 'Use an API key with the scope admin, or a link that “npx evergrant console” prints.',
  linkText: 'This link signs you in once. It works for 10 minutes after it was made.',
  field: 'API key',
  action: 'Sign in',
  refusals: {
    key: 'This key does not work here. It must be valid and have the scope admin.',
    link: 'This link has been used, or is older than 10 minutes. Make a new one with “npx evergrant console”.',
  },
} as const;

export const SHELL_TEXT = {
  brand: 'Evergrant',
  title: (page: string) => `${page} · Evergrant`,
  skip: 'Skip to content',
  sections: { connections: 'Connections', fleet: 'Fleet', settings: 'Settings' },
  sectionsLabel: 'Sections',
  signedIn: (name: string) => `Signed in as ${name}`,
  signOut: 'Sign out',
  dismiss: 'Dismiss',
  madeLabel: 'Made just now',
  copy: 'Copy',
  copied: 'Copied',
  pagesLabel: 'Pages',
  newest: 'Newest',
  older: 'Older',
  never: 'never',
  onlyOwnPages: 'Only pages of the console may do this. Open it and try again there.',
  tooManyPages: 'Too many pages of the console are open. Close some, then load this one again.',
} as const;

export const SANDBOX_TEXT = {
  title: 'Sandbox',
  day: '+1 day',
  week: '+7 days',
  next: 'To the next action',
  later: (ms: number) => `It is ${inWords(ms)} later.`,
  nothingPlanned: 'Nothing is planned: no connection is alive.',
  account: 'Account',
  what: 'What happens to its token',
  /** Meta's subcodes for the ways in which an account's token dies. */
  deaths: [
    { subcode: '460', name: 'password changed' },
    { subcode: '458', name: 'app removed' },
    { subcode: '463', name: 'session expired' },
    { subcode: '459', name: 'login to confirm' },
  ],
  invalidate: 'Invalidate',
  invalidated: (username: string) =>
    `Instagram refuses the token of @${username} from now on. Evergrant finds out at the next call: open its messages, or choose Check now.`,
  beginOutage: 'Instagram outage',
  endOutage: 'End the outage of Instagram',
  outageBegan: 'Instagram answers nobody now.',
  outageEnded: 'Instagram answers again.',
  working: 'working …',
} as const;
