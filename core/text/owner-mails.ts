import { accountName, capital } from './account-name';
import { ACTION_LABELS } from './banner';
import { daysLeft, instantText } from './human-time';
import { type ProblemType } from '../deliveries/notice-policy';
import { type Reason, waitsOnInstagram } from '../lifecycle/states';

/** An email: what happened, what it means, what to do. */
export interface NoticeText {
  subject: string;
  paragraphs: string[];
  /** The only link; null: no action on a page of ours. */
  link: { label: string; url: string } | null;
}

export interface NoticeSubject {
  product: string;
  /** The account, without @; null once its data was deleted. */
  username: string | null;
  /** The customer's ID in the product. */
  ownerRef: string;
  reason: Reason | null;
  /** Token expiry, in epoch ms. */
  expiresAt: number | null;
  /** The owner's page; null where it offers no action. */
  url: string | null;
}

/** Tells the owner about a problem. */
export function problemNotice(type: ProblemType, about: NoticeSubject, now: number): NoticeText {
  const who = accountName(about.username);
  const { product } = about;
  if (type === 'token.expiring') {
    const left = daysLeft((about.expiresAt ?? now) - now);
    return {
      subject: `${product}: the connection to ${who} expires ${left}`,
      paragraphs: [
        `${product} could not renew its connection to the Instagram account ${who} yet. The connection expires ${left}, on ${instantText(about.expiresAt ?? now)}.`,
        `It works until then, and we keep retrying. After expiry, ${product} can no longer read or send messages for this account.`,
        'To be safe, reconnect now. It takes a minute, and you log in on Instagram.',
      ],
      link: linkTo(about),
    };
  }
  const isReminder = type === 'integration.reminder';
  return {
    subject: subjectOf(type, about),
    paragraphs: [
      ...(isReminder ? [`The Instagram account ${who} is still not connected to ${product}.`] : []),
      causeText(about),
      `Until this is fixed, ${product} cannot read or send messages for ${who}.`,
      nextStepText(about),
    ],
    link: linkTo(about),
  };
}

function subjectOf(type: ProblemType, { product, username }: NoticeSubject): string {
  const who = accountName(username);
  if (type === 'token.owner_action_required') return `${product}: action required on Instagram for ${who}`;
  if (type === 'integration.reminder') return `${product}: ${who} is still not connected`;
  return `${product}: the connection to ${who} has ended`;
}

/** Tells the owner that the account is connected, and that its messages cannot be used. */
export function messagesNotice(
  messages: 'permission_missing' | 'other_app',
  { product, username, url }: NoticeSubject,
): NoticeText {
  const who = accountName(username);
  const isPermission = messages === 'permission_missing';
  return {
    subject: `${product}: ${who} does not share its messages`,
    paragraphs: [
      isPermission
        ? `${capital(who)} is connected to ${product}, but does not allow it to read and send messages.`
        : `${capital(who)} is connected to ${product}, but another app handles its messages.`,
      `Until this is changed, ${product} cannot use the messages of ${who}.`,
      isPermission
        ? 'Reconnect the account, and allow access to messages when Instagram asks. It takes a minute.'
        : `In the Instagram app, open the settings for connected apps and choose ${product} for messages.`,
    ],
    link: isPermission && url !== null ? { label: `Reconnect ${who}`, url } : null,
  };
}

/** Tells the owner that a problem is resolved. */
export function resolvedNotice({ product, username }: NoticeSubject): NoticeText {
  const who = accountName(username);
  return {
    subject: `${product}: ${who} is connected again`,
    paragraphs: [
      `The connection between ${product} and the Instagram account ${who} works again.`,
      'You do not need to do anything about our earlier emails.',
    ],
    link: null,
  };
}

/** A new link, for the stored address. @param url the link */
export function newLinkNotice(
  { product, username }: Pick<NoticeSubject, 'product' | 'username'>,
  url: string,
): NoticeText {
  const who = username === null ? 'your Instagram account' : `the Instagram account @${username}`;
  const verb = username === null ? 'Connect' : 'Reconnect';
  return {
    subject: `${product}: a new link to ${verb.toLowerCase()} ${accountName(username)}`,
    paragraphs: [
      `Someone opened an old ${product} link and requested a new one. Use it to ${verb.toLowerCase()} ${who}. It works for 24 hours.`,
      'If you did not request it, ignore this email. The link was sent only to you.',
    ],
    link: { label: `${verb} ${accountName(username)}`, url },
  };
}

/** A link that an operator sends to the owner. @param url the link */
export function askedLinkNotice(
  { product, username }: Pick<NoticeSubject, 'product' | 'username'>,
  url: string,
): NoticeText {
  const verb = username === null ? 'Connect' : 'Reconnect';
  const who = username === null ? 'your Instagram account' : accountName(username);
  return {
    subject: `${product}: ${verb.toLowerCase()} ${who}`,
    paragraphs: [
      `${product} needs you to ${verb.toLowerCase()} ${who}, so that it can read and send your messages.`,
      'It takes a minute, and you log in on Instagram. The link works for 24 hours.',
    ],
    link: { label: `${verb} ${who}`, url },
  };
}

function causeText({ product, reason, username }: NoticeSubject): string {
  const who = accountName(username);
  switch (reason) {
    case 'password_changed':
      return `${capital(who)} changed its Instagram password. This ended the connection to ${product}.`;
    case 'deauthorized':
      return `${capital(who)} removed ${product} in its Instagram settings.`;
    case 'permission_removed':
      return `${capital(who)} no longer allows ${product} to read and send its messages.`;
    case 'checkpoint':
      return `Instagram requires a login confirmation for ${who}.`;
    case 'account_unusable':
      return `Instagram has restricted ${who} until its owner completes some steps in the Instagram app.`;
    case 'lifetime_elapsed':
    case 'response_lost':
      return `We could not renew the connection to ${who} in time. You did nothing wrong.`;
    case 'session_expired':
      return `Instagram ended the session of ${who} and its connection to ${product}. You did nothing wrong.`;
    default:
      return `Instagram ended the connection between ${product} and ${who}. You did nothing wrong.`;
  }
}

function nextStepText({ product, reason, url }: NoticeSubject): string {
  if (!waitsOnInstagram(reason))
    return 'Reconnect the account. It takes a minute, and you log in on Instagram.';
  const then =
    url === null ? `choose “${ACTION_LABELS.check_again}” in ${product}` : 'select the button below';
  return `Open the Instagram app and follow its steps. Then ${then}.`;
}

function linkTo({ url, reason, username }: NoticeSubject): NoticeText['link'] {
  if (url === null) return null;
  return {
    label: waitsOnInstagram(reason) ? ACTION_LABELS.check_again : `Reconnect ${accountName(username)}`,
    url,
  };
}
