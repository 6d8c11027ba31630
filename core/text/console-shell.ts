import { inWords } from './human-time';

export const SIGN_IN_TEXT = {
  title: 'Sign in to Evergrant',
  text: 'Use an API key with the admin scope, or a link created by “npx evergrant console”.',
  linkText: 'This link signs you in once. It works for 10 minutes.',
  field: 'API key',
  action: 'Sign in',
  refusals: {
    key: 'This key cannot sign in. Use a valid key with the admin scope.',
    link: 'This link has been used or has expired. Create a new one with “npx evergrant console”.',
  },
} as const;

/** What surrounds every page of the console. */
export const SHELL_TEXT = {
  brand: 'Evergrant',
  title: (page: string) => `${page} · Evergrant`,
  skip: 'Skip to content',
  sections: { overview: 'Overview', connections: 'Connections', fleet: 'Fleet', settings: 'Settings' },
  sectionsLabel: 'Sections',
  crumbsLabel: 'Breadcrumb',
  theme: (theme: 'system' | 'light' | 'dark') => `Theme: ${theme}`,
  themeHint: 'Change theme',
  signedIn: (name: string) => `Signed in as ${name}`,
  signOut: 'Sign out',
  dismiss: 'Dismiss',
  copy: 'Copy',
  copied: 'Copied',
  copyWhat: (what: string) => `Copy ${what}`,
  close: 'Close',
  copiedIt: "I've copied it",
  pagesLabel: 'Pages',
  newest: 'Newest',
  older: 'Older',
  never: 'Never',
  crossSite: 'This request did not come from a console page. Open the console and try again.',
  tooManyPages:
    'Too many console pages are open, by all users together. This page works, and does not update.',
  tooManyPagesOfKey:
    'Too many console pages are open with this API key and the keys it created. This page works, and does not update.',
  paused: 'This page no longer updates: too many console pages are open. Reload it to update it again.',
} as const;

export const SANDBOX_TEXT = {
  title: 'Sandbox',
  controls: 'Sandbox controls',
  day: '+1 day',
  week: '+7 days',
  next: 'Skip to next event',
  advanced: (ms: number) => `Time moved forward by ${inWords(ms)}`,
  moving: (doneMs: number, ofMs: number) =>
    `Moving time forward · ${doneMs > 0 ? inWords(doneMs) : 'none'} of ${inWords(ofMs)}`,
  alreadyMoving: 'Time is already being moved',
  stopped: (why: string) => `Time stopped on its way · ${why}`,
  nothingScheduled: 'No events scheduled · No active connections',
  account: 'Account',
  cause: 'Cause',
  /** Meta's subcodes of the causes that end a token early. */
  causes: [
    { subcode: '460', name: 'password changed' },
    { subcode: '458', name: 'app removed' },
    { subcode: '463', name: 'session expired' },
    { subcode: '459', name: 'login confirmation required' },
  ],
  invalidate: 'Invalidate token',
  invalidated: (username: string) =>
    `Instagram now rejects the token of @${username}. Evergrant detects it at the next call: open the messages, or select Check now.`,
  startOutage: 'Simulate outage',
  endOutage: 'End outage',
  outageStarted: 'Outage started · Instagram is not responding',
  outageEnded: 'Outage ended · Instagram is responding',
  working: 'Working …',
} as const;
