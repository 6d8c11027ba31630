import { type DeliveryStatus, type DisabledReason } from '../deliveries/deliveries';
import { type EventType } from '../deliveries/events';
import { type LifecycleFacts, NOTHING_ASKED } from '../lifecycle/facts';
import { inWords, relative } from './human-time';
import { nextAction } from '../lifecycle/next-action';
import { type TroubleType } from '../deliveries/notice-policy';
import { type Reason, type State, waitsOnInstagram } from '../lifecycle/states';
import { DAY_MS } from '../time';

/**
 * Every sentence that people read in pages, banners and mails: what happened, what it means, what to do. First the
 * banner and its toast, then the owner's pages, the mails, and the console. Errors alone speak where they are raised.
 */

export interface Subject {
  username: string | null;
  product: string;
}

export interface Banner {
  level: 'warning' | 'error';
  cause: 'owner' | 'provider' | 'service';
  text: string;
  /** What takes the worry off the reader, where there is something. */
  note: string | null;
  /** What the reader can do about it; the first is the likeliest to help. */
  actions: BannerAction[];
}

export const BANNER_ACTIONS = ['check_again', 'reconnect'] as const;
type BannerActionKind = (typeof BANNER_ACTIONS)[number];
export interface BannerAction {
  kind: BannerActionKind;
  label: string;
}

export const ACTION_LABELS: Readonly<Record<BannerActionKind, string>> = {
  check_again: 'Check again',
  reconnect: 'Reconnect',
};

export const STILL_RETRYING = 'We are still retrying; you need not do anything yet.';
const RECONNECT = 'Reconnect to read and send messages again.';

/** The amber warning within 7 days of expiry. @param remainingMs time left, above 0 */
export function expiringText(remainingMs: number): string {
  return `Your Instagram token expires ${leftText(remainingMs)}. Consider reconnecting to avoid disruption.`;
}

/** What the owner of an expired connection is told; our own outages are never blamed on them. */
export function expiredText(reason: Reason | null, { username, product }: Subject): string {
  const who = username ? `@${username}` : 'your Instagram account';
  switch (reason) {
    case 'password_changed':
      return `${capital(who)} changed its Instagram password, which ended this connection. ${RECONNECT}`;
    case 'deauthorized':
      return `${capital(who)} removed ${product} on Instagram. ${RECONNECT}`;
    case 'checkpoint':
    case 'account_unusable':
      return ownerActionText({ username, product });
    case 'lifetime_elapsed':
    case 'response_lost':
      return `We could not renew the connection to ${who} in time. ${RECONNECT}`;
    default:
      return `Instagram ended the connection to ${who}. ${RECONNECT}`;
  }
}

export function ownerActionText(subject: Subject): string {
  return `Instagram wants ${nameOf(subject)} to confirm a login. Open Instagram, follow its steps, then choose Check again.`;
}

/**
 * The toast after a proactive refresh failed while the connection still works.
 * @param timeZone the reader's, an IANA name; absent: UTC, and the text says so
 */
export function refreshFailedText({ username }: Subject, expiresAt: number, timeZone?: string): string {
  const who = username ? ` of @${username}` : '';
  const until = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: timeZone ?? 'UTC',
  }).format(expiresAt);
  const zone = timeZone === undefined ? ' UTC' : '';
  return `We could not renew the Instagram connection${who}. It works until ${until}${zone}. Reconnect now to be safe.`;
}

// The pages that owners go through.

export type ConnectResult =
  | 'connected'
  | 'cancelled'
  | 'wrong_account'
  | 'missing_permissions'
  | 'account_taken'
  | 'failed'
  | 'link_outdated'
  | 'round_over';

/** What became of the wish for a new link. */
export type NewLinkResult = 'sent' | 'failed';

export interface PageText {
  title: string;
  text: string;
  /** What the one button says, when there is something to do. */
  action: string | null;
  good: boolean;
}

export interface PageSubject {
  product: string;
  /** The account the connection belongs to, without @; null when none was connected yet. */
  username: string | null;
  /** The account that came back from Instagram, when it is another one. */
  other: string | null;
}

export function resultText(result: ConnectResult, { product, username, other }: PageSubject): PageText {
  const account = nameOf({ username });
  switch (result) {
    case 'connected':
      return {
        title: 'Connected',
        text: `${product} can read and send messages for ${account}. You can close this page.`,
        action: null,
        good: true,
      };
    case 'cancelled':
      return {
        title: 'Nothing was connected',
        text: 'You cancelled on Instagram. Nothing was changed.',
        action: 'Try again',
        good: false,
      };
    case 'wrong_account':
      return {
        title: 'That is another account',
        text: `You are logged in to Instagram as @${other ?? '?'}. This connection belongs to ${account}. Nothing was changed.`,
        action: 'Log in as another account',
        good: false,
      };
    case 'missing_permissions':
      return {
        title: 'Messages are not allowed',
        text: 'You did not allow messages. Connect again and leave both boxes ticked.',
        action: 'Connect again',
        good: false,
      };
    case 'account_taken':
      return {
        title: 'This account is connected already',
        text: `@${other ?? '?'} is connected to ${product} by somebody else. Ask whoever manages it, or ${product}'s support, to release it.`,
        action: null,
        good: false,
      };
    case 'link_outdated':
      return {
        title: 'This link has been used or is out of date',
        text: `It leads nowhere any more, and nothing was changed. Go back to ${product} and ask for a new one.`,
        action: null,
        good: false,
      };
    case 'round_over':
      return {
        title: 'Please start again',
        text: `Instagram sent you back too late, for the second time, or to another browser than the one you began in. Nothing was changed. Go back to ${product} and start again.`,
        action: null,
        good: false,
      };
    case 'failed':
      return {
        title: 'Instagram did not answer',
        text: 'The connection could not be made. Nothing was changed. Try again in a few minutes.',
        action: 'Try again',
        good: false,
      };
  }
}

/** What the owner of a checkpointed account reads after asking to look again. */
export function checkText(outcome: 'alive' | 'waits' | 'over', { product, username }: PageSubject): PageText {
  const account = nameOf({ username });
  switch (outcome) {
    case 'alive':
      return {
        title: 'It works again',
        text: `Instagram accepts the connection of ${account} with ${product} again. You can close this page.`,
        action: null,
        good: true,
      };
    case 'waits':
      return {
        title: 'Not yet',
        text: `Instagram still wants ${account} to confirm a login. Open Instagram, follow its steps, then choose Check again.`,
        action: ACTION_LABELS.check_again,
        good: false,
      };
    case 'over':
      return {
        title: 'Instagram has ended the connection',
        text: `${account} has to be connected with ${product} again.`,
        action: 'Continue to Instagram',
        good: false,
      };
  }
}

export const SEND_NEW_LINK = 'Send me a new link';

/** Tells whoever holds an old link no more than that: neither the address, nor whether a mail was sent lately. */
export function newLinkText(result: NewLinkResult, product: string): PageText {
  if (result === 'failed')
    return {
      title: 'The mail could not be sent',
      text: `Nothing was changed. Try again in a few minutes, or go back to ${product} and ask for a new link there.`,
      action: 'Try again',
      good: false,
    };
  return {
    title: 'Look into your mail',
    text: `A new link is on its way to the e-mail address that ${product} has for this connection. It works for one day.`,
    action: null,
    good: true,
  };
}

/** Where an owner who is done here goes on. */
export function backText({ product }: PageSubject): string {
  return `Back to ${product}`;
}

/** Whose connection it is, in the product's own terms: a link that was slipped to somebody else shows it. */
export function ownerText({ product }: PageSubject, ownerRef: string): string {
  return `In ${product} this connection belongs to “${ownerRef}”.`;
}

/** What the page before the redirect says. */
export function invitationText({ product, username }: PageSubject, reason: string | null): PageText {
  if (username === null) {
    return {
      title: 'Connect Instagram',
      text: `${product} asks to read and send the messages of your Instagram account. You log in on Instagram; ${product} never sees your password.`,
      action: 'Continue to Instagram',
      good: true,
    };
  }
  return {
    title: `Reconnect @${username}`,
    text: reason ?? `Log in on Instagram as @${username} to renew the connection with ${product}.`,
    action: 'Continue to Instagram',
    good: true,
  };
}

/** What stands around those pages. */
export const LAYOUT_TEXT = {
  title: (page: string, product: string) => `${page} · ${product}`,
  questions: 'Questions?',
  askForHelp: 'Ask for help',
} as const;

/**
 * What became of a request to delete data.
 * @param deletion instants in epoch ms; null: nobody knows the code
 */
export function deletionText(
  deletion: { askedAt: number; finishedAt: number | null } | null,
  product: string,
): Omit<PageText, 'action'> {
  if (!deletion)
    return {
      title: 'This code is not known',
      text: 'Look whether the address is complete. Codes are kept for 90 days.',
      good: false,
    };
  const asked = dayOf(deletion.askedAt);
  if (deletion.finishedAt === null)
    return {
      title: 'Your data is being deleted',
      text: `You asked for it on ${asked}. Your account and your messages are no longer stored; the last traces in the log of what ${product} did are removed within a few hours.`,
      good: true,
    };
  return {
    title: 'Your data was deleted',
    text: `You asked for it on ${asked}. What ${product} had received from Instagram about your account was deleted by ${dayOf(deletion.finishedAt)}.`,
    good: true,
  };
}

function dayOf(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at);
}

// Mails.

/** What people read by e-mail: what happened, what it means, what to do. */
export interface NoticeText {
  subject: string;
  paragraphs: string[];
  /** The one link; null: there is nothing to do here. */
  link: { label: string; url: string } | null;
}

/** What a notice is about. */
export interface NoticeSubject {
  product: string;
  /** The account, without @; null when it is not known any more. */
  username: string | null;
  /** Whose connection it is, in the product's own terms. */
  ownerRef: string;
  reason: Reason | null;
  /** Epoch ms at which the token ends or ended. */
  expiresAt: number | null;
  /** The owner's page; null where nothing can be done on it. */
  url: string | null;
}

/** A trouble, to the connection's owner. */
export function troubleNotice(type: TroubleType, about: NoticeSubject, now: number): NoticeText {
  const who = nameOf(about);
  const { product } = about;
  if (type === 'token.expiring') {
    const left = leftText((about.expiresAt ?? now) - now);
    return {
      subject: `${product}: the connection to ${who} ends ${left}`,
      paragraphs: [
        `We could not renew the connection of ${product} to the Instagram account ${who} so far, and it ends ${left}, on ${dateOf(about.expiresAt ?? now)}.`,
        `It works until then, and we go on trying. If it ends, ${product} can no longer read or send messages of this account.`,
        `To be safe, reconnect now: it takes a minute, and you log in on Instagram itself.`,
      ],
      link: linkTo(about),
    };
  }
  const again = type === 'integration.reminder';
  return {
    subject: subjectOf(type, about),
    paragraphs: [
      ...(again ? [`The Instagram account ${who} is still not connected to ${product}.`] : []),
      happened(about),
      `Until this is mended, ${product} cannot read or send messages of ${who}.`,
      toDo(about),
    ],
    link: linkTo(about),
  };
}

function subjectOf(type: TroubleType, { product, ...about }: NoticeSubject): string {
  const who = nameOf(about);
  if (type === 'token.owner_action_required') return `${product}: Instagram asks something of ${who}`;
  if (type === 'integration.reminder') return `${product}: ${who} is still not connected`;
  return `${product}: the connection to ${who} has ended`;
}

/** The end of a trouble, to its owner. */
export function recoveredNotice(about: NoticeSubject): NoticeText {
  const who = nameOf(about);
  return {
    subject: `${about.product}: ${who} is connected again`,
    paragraphs: [
      `The connection of ${about.product} to the Instagram account ${who} works.`,
      'There is nothing left to do: what we wrote to you before is settled.',
    ],
    link: null,
  };
}

/** The same to operators, where a connection has no address of its owner's. */
export function forOperators(
  text: NoticeText,
  { ownerRef }: NoticeSubject,
  integrationId: string,
): NoticeText {
  return {
    ...text,
    paragraphs: [
      `This is about the connection ${integrationId} of “${ownerRef}”, for which there is no e-mail address, so only you are told. What its owner would read:`,
      ...text.paragraphs,
    ],
  };
}

/** An incident of the whole app, to operators. @param startedAt epoch ms */
export function incidentNotice(
  type: 'provider.incident_started' | 'provider.incident_ended',
  { product, startedAt }: { product: string; startedAt: number },
): NoticeText {
  if (type === 'provider.incident_ended')
    return {
      subject: `${product}: the trouble with Instagram is over`,
      paragraphs: [
        `The trouble that began on ${dateOf(startedAt)} is over. Connections that were in doubt come back by themselves.`,
        'There is nothing left to do.',
      ],
      link: null,
    };
  return {
    subject: `${product}: Instagram refuses many connections at once`,
    paragraphs: [
      `Since ${dateOf(startedAt)} Instagram has refused so many connections at once that the app or Instagram itself is the likely cause, not the accounts.`,
      'While it lasts no connection is given up for it, and owners are not told of it.',
      'Look at the dashboard of your app at Meta: is it blocked, was its secret changed, was a product removed? “npx evergrant fleet” shows when it is over.',
    ],
    link: null,
  };
}

/** A stored token that does not open, to operators. */
export function alarmNotice(about: NoticeSubject, integrationId: string): NoticeText {
  const { product, ownerRef } = about;
  const who = nameOf(about);
  return {
    subject: `${product}: the stored token of ${who} does not open`,
    paragraphs: [
      `What is stored as the token of ${who} (connection ${integrationId} of “${ownerRef}”) is not what Evergrant stored there. Somebody may have changed the database, or put back a part of a backup.`,
      `It is not used, and the connection is not marked as expired for it. Until it is mended, ${product} cannot read or send messages of ${who}.`,
      `Find out who can write to the database, and put the row back as it was. If it is lost, “npx evergrant reconnect-link ${integrationId}” makes a link for the owner.`,
      'Others that are found within an hour are not mailed: “npx evergrant events --type token.decrypt_failed” shows all.',
    ],
    link: null,
  };
}

/** An endpoint that is told nothing any more, to operators. */
export function endpointNotice(about: {
  product: string;
  host: string;
  endpointId: string;
  why: DisabledReason;
}): NoticeText {
  const { product, host, endpointId, why } = about;
  return {
    subject: `${product}: webhooks to ${host} were stopped`,
    paragraphs: [
      `The webhook endpoint ${endpointId} at ${host} is disabled: ${DISABLED_LABELS[why]}.`,
      'It is told of no events any more. “GET /v1/events” has all of them.',
      'When the consumer works again, enable the endpoint, or remove it if it is not needed.',
    ],
    link: null,
  };
}

/** Why people were not told of something, in the log of deliveries. */
export const UNTOLD_TEXT = {
  over: 'It was over before anybody was to be told.',
  end: 'Nobody was told of the trouble, so nobody is told of its end.',
  incident: 'An incident of the whole app is on.',
  alarm: 'Operators were told of another such token within the hour.',
  alarmWaits: 'Operators are about to be told of another such token.',
  notForPeople: 'People are not told of such events.',
} as const;

/** A new link, to the address that is stored. @param url the link */
export function newLinkNotice(
  { product, username }: Pick<NoticeSubject, 'product' | 'username'>,
  url: string,
): NoticeText {
  const who = username === null ? 'your Instagram account' : `the Instagram account @${username}`;
  const verb = username === null ? 'Connect' : 'Reconnect';
  return {
    subject: `${product}: a new link to ${verb.toLowerCase()} ${nameOf({ username })}`,
    paragraphs: [
      `Somebody opened an old link of ${product} and asked for a new one. It lets you ${verb.toLowerCase()} ${who}, and works for one day.`,
      'If it was not you, there is nothing to do: the link came to you alone.',
    ],
    link: { label: `${verb} ${nameOf({ username })}`, url },
  };
}

/** What a try of the mail settings sends. */
export function testNotice(product: string): NoticeText {
  return {
    subject: `${product}: a test`,
    paragraphs: [
      `Somebody asked ${product} for a test of its notices. They arrive.`,
      'There is nothing to do.',
    ],
    link: null,
  };
}

function happened({ product, reason, ...about }: NoticeSubject): string {
  const who = nameOf(about);
  switch (reason) {
    case 'password_changed':
      return `${capital(who)} changed its Instagram password. Instagram then ends what was connected before, ${product} too.`;
    case 'deauthorized':
      return `${capital(who)} removed ${product} in its Instagram settings.`;
    case 'permission_removed':
      return `${capital(who)} no longer allows ${product} to read and send its messages.`;
    case 'checkpoint':
      return `Instagram wants ${who} to confirm a login, and lets nobody in before that.`;
    case 'account_unusable':
      return `Instagram has restricted ${who} until its owner follows some steps in the Instagram app.`;
    case 'lifetime_elapsed':
    case 'response_lost':
      return `We could not renew the connection to ${who} in time. You did nothing wrong.`;
    case 'session_expired':
      return `Instagram ended the session of ${who}, and with it the connection to ${product}. You did nothing wrong.`;
    default:
      return `Instagram ended the connection of ${product} to ${who}. You did nothing wrong.`;
  }
}

function toDo({ product, reason, url }: NoticeSubject): string {
  if (!waitsOnInstagram(reason))
    return 'Reconnect the account: it takes a minute, and you log in on Instagram itself.';
  const then =
    url === null
      ? `choose “${ACTION_LABELS.check_again}” in ${product}`
      : 'come back here and have it checked again';
  return `Open the Instagram app and follow its steps. Then ${then}.`;
}

function linkTo({ url, reason, ...about }: NoticeSubject): NoticeText['link'] {
  if (url === null) return null;
  return { label: waitsOnInstagram(reason) ? ACTION_LABELS.check_again : `Reconnect ${nameOf(about)}`, url };
}

function nameOf({ username }: Pick<NoticeSubject, 'username'>): string {
  return username === null ? 'your account' : `@${username}`;
}

function dateOf(at: number): string {
  const text = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(at);
  return `${text} UTC`;
}

// The console, and the page that describes the API.

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

/** A state in one word, with a sign of its own, so that nothing hangs on colour. */
export const STATE_LABELS = {
  pending: { word: 'Not connected yet', icon: '○' },
  active: { word: 'Active', icon: '✓' },
  refreshing: { word: 'Refreshing', icon: '↻' },
  recovering: { word: 'Being checked', icon: '?' },
  expired: { word: 'Expired', icon: '✕' },
  disconnected: { word: 'Disconnected', icon: '–' },
} as const satisfies Record<State, { word: string; icon: string }>;

/** Why a connection is over, in a few words. */
export const REASON_LABELS = {
  lifetime_elapsed: 'not renewed in time',
  session_expired: 'Instagram ended the session',
  password_changed: 'password changed',
  deauthorized: 'removed on Instagram',
  checkpoint: 'Instagram wants a login confirmed',
  account_unusable: 'Instagram has suspended the account',
  permission_removed: 'permission removed',
  invalidated: 'ended by Instagram',
  response_lost: 'the answer to a refresh was lost',
} as const satisfies Record<Reason, string>;

export const EVENT_LABELS = {
  'integration.connected': 'Connected',
  'token.refreshed': 'Token refreshed',
  'token.refresh_failing': 'Refreshes fail since a day',
  'token.expiring': 'Owner warned: the token ends soon',
  'token.rejected': 'Instagram refused the token',
  'token.owner_action_required': 'Instagram wants something of the owner',
  'token.recovered': 'Works again',
  'token.decrypt_failed': 'The stored token does not open',
  'integration.expired': 'Expired: the owner has to reconnect',
  'integration.reminder': 'Owner reminded',
  'integration.reconnected': 'Reconnected',
  'integration.disconnected': 'Disconnected',
  'provider.incident_started': 'Instagram trouble began',
  'provider.incident_ended': 'Instagram trouble ended',
  'message.received': 'Message received',
  'webhook.disabled': 'Webhook endpoint disabled',
  'messages.viewed': 'Messages viewed in the console',
} as const satisfies Record<EventType, string>;

export const DELIVERY_LABELS = {
  waiting: 'Waiting',
  delivered: 'Delivered',
  failed: 'Given up',
  skipped: 'No longer needed',
} as const satisfies Record<DeliveryStatus, string>;

/** Why an endpoint is told nothing. */
const DISABLED_LABELS = {
  by_hand: 'by request',
  gone: 'it answered that it is gone (410)',
  failing: 'it has taken nothing for five days',
} as const satisfies Record<DisabledReason, string>;

/** What happens next with a connection, and when. @param now epoch ms */
export function nextStepText(facts: LifecycleFacts, now: number): string {
  if (facts.state === 'pending') return 'Waits for its owner to connect';
  if (facts.state === 'disconnected') return 'Nothing more';
  const action = nextAction(facts, NOTHING_ASKED, now);
  if (action.type !== 'wait') return 'Acts now';
  if (facts.state === 'recovering') {
    const who = facts.recovery?.ownerAction ? 'Waits for its owner; looks again' : 'Looks again';
    return `${who} ${relative(action.until ?? now, now)}`;
  }
  if (facts.state === 'expired')
    return action.until === null
      ? 'Waits for its owner'
      : `Waits for its owner; reminder ${relative(action.until, now)}`;
  const due = facts.nextAttemptAt ?? facts.refreshAt;
  const paused = facts.paused ? 'Paused; ' : '';
  if (due === null || due <= now) return `${paused}${relative(action.until ?? now, now)}`;
  const verb = facts.failedAttempts > 0 ? 'tries again' : 'refreshes';
  const text = `${paused}${verb} ${relative(facts.paused ? (action.until ?? due) : due, now)}`;
  return capital(text);
}

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

/** Headings, labels, buttons and answers of the console, page by page. */
export const CONSOLE_TEXT = {
  shell: {
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
  },
  connections: {
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
  },
  connection: {
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
  },
  messages: {
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
  },
  fleet: {
    ends: 'Tokens that end in the next 60 days',
    endsHint:
      'Each is refreshed some 14 days before its end, so the first days should be empty: whoever stands there is at risk.',
    chart: (total: number, days: number, most: number) =>
      `${total} tokens end within ${days} days, at most ${most} on one day`,
    today: 'today',
    most: (most: number) => `most on one day: ${most}`,
    inDays: (days: number) => `in ${days} days`,
    asTable: 'As a table',
    tableLabel: 'Tokens per day',
    day: 'Day',
    tokens: 'Tokens that end',
    atRisk: 'At risk',
    endsWithin: (days: string) => `Ends within ${days} days`,
    overdue: 'Overdue by more than an hour',
    instagram: 'Instagram as a whole',
    noTrouble: 'No trouble under way.',
    incident: (kind: string) => `(${kind}). Nobody is marked as expired for it.`,
    audit: 'Audit',
    schedule: 'Schedule',
    scheduleUnknown: 'Temporal does not answer',
    scheduleOn: (every: string) => `on, every ${every}`,
    scheduleOff: 'off: lifecycles that are lost are not found',
    lastRun: 'Last run',
    result: 'Result',
    noneYet: 'none yet',
    inOrder: 'all in order',
    nextRun: 'Next run',
    notPlanned: 'not planned',
  },
  keys: {
    title: 'API keys',
    none: 'None but the bootstrap key. Make one for each program, with the scopes it needs.',
    columns: {
      name: 'Name',
      scopes: 'Scopes',
      owners: 'Owners',
      used: 'Last used',
      ends: 'Ends',
      actions: '[Revoke]',
    },
    allOwners: 'all',
    revoke: (name: string) => `Revoke ${name}`,
    revoked: 'The key works no more.',
    make: 'New API key',
    nameHint: 'Which program it is for',
    ownersField: 'Owners (empty: all)',
    ownersHint: 'shop-1, shop-2',
    submit: 'Make the key',
    made: (name: string) => `The key ${name} works from now on.`,
    once: 'Copy it now: it is shown this once.',
  },
  ring: {
    title: 'Encryption keys',
    next: (step: string) => `Next: ${step}`,
    columns: { key: 'Key', role: 'Role', check: 'Check', rows: 'Rows it seals', processes: 'Processes' },
    checks: { opens: 'opens', other_bytes: 'wrong bytes', none: 'none yet' },
    notHere: 'not here',
    heldBy: (count: number, all: number) => `${count} of ${all}`,
  },
  endpoints: {
    title: 'Webhook endpoints',
    none: 'None: no program is told of events.',
    columns: { address: 'Address', events: 'Events', state: 'State', actions: '[Actions]' },
    allEvents: 'all',
    enabled: 'enabled',
    disabled: (reason: DisabledReason | null) =>
      reason === null ? 'disabled' : `disabled: ${DISABLED_LABELS[reason]}`,
    oldSecret: 'the old secret signs too, until',
    verbs: {
      test: 'Send a test',
      rotate: 'New secret',
      disable: 'Disable',
      enable: 'Enable',
      remove: 'Remove',
    },
    done: {
      added: 'The endpoint is told of all events from now on.',
      tested: 'The endpoint took the test event.',
      rotated: 'From now on both secrets sign, for a day.',
      enabled: 'The endpoint is told of events again.',
      disabled: 'The endpoint is told nothing for now.',
      removed: 'The endpoint is told nothing more.',
    },
    notTaken: (why: string) => `The endpoint did not take it: ${why}.`,
    answered: (status: number | null) => `it answered ${status}`,
    make: 'New webhook endpoint',
    submit: 'Add it, for all events',
  },
  deliveries: {
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
  },
  mail: {
    none: 'People are told nothing by e-mail: SMTP_URL is not set.',
    test: 'Test mail',
    to: 'To',
    submit: 'Send it',
    sent: (to: string) => `The mail to ${to} is on its way.`,
  },
  sandbox: {
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
  },
} as const;

/** Around the routes and problems, which describe themselves. */
export const API_TEXT = {
  title: 'API',
  heading: 'Evergrant API',
  header: 'With every request send',
  example: 'Authorization: Bearer <key>',
  machine: 'For programs the same is in',
  file: 'openapi.json',
  problems: 'Problems',
} as const;

/** In whole days. */
function leftText(leftMs: number): string {
  const days = Math.floor(leftMs / DAY_MS);
  if (days <= 0) return 'today';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
