export const OVERVIEW_TEXT = {
  attention: 'Action required',
  noAttention: 'No connection needs its owner.',
  failing: 'Refresh failing',
  next: 'Next refreshes',
  noNext: 'No active connections',
  showAll: (count: number) => `Show all ${count}`,
  expiring: 'Tokens expiring',
  within: (days: string) => `Within ${days} days`,
  setUp: (done: number, all: number) => `Set up · ${done} of ${all} done`,
  done: 'Done',
  open: 'Open',
  markDone: 'Mark as done',
  hide: 'Hide this list',
  steps: {
    account: { title: 'Connect the first account', how: 'create a link and open it' },
    apiKey: { title: 'Create an API key', how: 'for your backend, with the scopes it needs' },
    webhook: { title: 'Add a webhook endpoint', how: 'to learn of expiries and messages' },
    mail: { title: 'Turn on email', how: 'set SMTP_URL to notify owners' },
    banner: {
      title: 'Embed the banner',
      how: 'set EVERGRANT_APP_ORIGINS and create an embed token for a page of your product',
    },
    backup: {
      title: 'Back up the encryption keys',
      how: 'without EVERGRANT_KEYS no stored token can be decrypted',
    },
  },
} as const;

export type SetUpStep = keyof typeof OVERVIEW_TEXT.steps;
