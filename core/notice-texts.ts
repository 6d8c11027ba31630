import { type TroubleType } from './notice-policy';
import { type Reason } from './states';
import { DAY_MS } from './time';

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
  /** The way back; null when there is none. */
  reconnectUrl: string | null;
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
    subject: again
      ? `${product}: ${who} is still not connected`
      : `${product}: the connection to ${who} has ended`,
    paragraphs: [
      ...(again ? [`The Instagram account ${who} is still not connected to ${product}.`] : []),
      happened(about),
      `Until this is mended, ${product} cannot read or send messages of ${who}.`,
      toDo(about),
    ],
    link: isForInstagram(about.reason) ? null : linkTo(about),
  };
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

/** An endpoint that is told nothing any more, to operators. */
export function endpointNotice(about: {
  product: string;
  host: string;
  endpointId: string;
  why: string;
}): NoticeText {
  const { product, host, endpointId, why } = about;
  const because = why === 'gone' ? 'it answered that it is gone (410)' : 'it has taken nothing for five days';
  return {
    subject: `${product}: webhooks to ${host} were stopped`,
    paragraphs: [
      `The webhook endpoint ${endpointId} at ${host} is disabled, because ${because}.`,
      'It is told of no events any more. “GET /v1/events” has all of them.',
      'When the consumer works again, enable the endpoint, or remove it if it is not needed.',
    ],
    link: null,
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

function toDo({ product, reason }: NoticeSubject): string {
  return isForInstagram(reason)
    ? `Open the Instagram app and follow its steps. Then choose “Check again” in ${product}.`
    : 'Reconnect the account: it takes a minute, and you log in on Instagram itself.';
}

/** Reconnecting would not help before the owner did something on Instagram. */
function isForInstagram(reason: Reason | null): boolean {
  return reason === 'checkpoint' || reason === 'account_unusable';
}

function linkTo({ reconnectUrl, ...about }: NoticeSubject): NoticeText['link'] {
  return reconnectUrl === null ? null : { label: `Reconnect ${nameOf(about)}`, url: reconnectUrl };
}

function nameOf({ username }: Pick<NoticeSubject, 'username'>): string {
  return username === null ? 'your account' : `@${username}`;
}

function leftText(leftMs: number): string {
  const days = Math.floor(leftMs / DAY_MS);
  if (days <= 0) return 'today';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
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

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
