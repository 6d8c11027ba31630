import { accountName, capital } from './account-name';
import { ACTION_LABELS } from './banner';
import { daysLeft, instantText } from './human-time';
import { type TroubleType } from '../deliveries/notice-policy';
import { type Reason, waitsOnInstagram } from '../lifecycle/states';

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
  const who = accountName(about.username);
  const { product } = about;
  if (type === 'token.expiring') {
    const left = daysLeft((about.expiresAt ?? now) - now);
    return {
      subject: `${product}: the connection to ${who} ends ${left}`,
      paragraphs: [
        `We could not renew the connection of ${product} to the Instagram account ${who} so far, and it ends ${left}, on ${instantText(about.expiresAt ?? now)}.`,
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
  const who = accountName(about.username);
  if (type === 'token.owner_action_required') return `${product}: Instagram asks something of ${who}`;
  if (type === 'integration.reminder') return `${product}: ${who} is still not connected`;
  return `${product}: the connection to ${who} has ended`;
}

/** The end of a trouble, to its owner. */
export function recoveredNotice(about: NoticeSubject): NoticeText {
  const who = accountName(about.username);
  return {
    subject: `${about.product}: ${who} is connected again`,
    paragraphs: [
      `The connection of ${about.product} to the Instagram account ${who} works.`,
      'There is nothing left to do: what we wrote to you before is settled.',
    ],
    link: null,
  };
}

/** A new link, to the address that is stored. @param url the link */
export function newLinkNotice(
  { product, username }: Pick<NoticeSubject, 'product' | 'username'>,
  url: string,
): NoticeText {
  const who = username === null ? 'your Instagram account' : `the Instagram account @${username}`;
  const verb = username === null ? 'Connect' : 'Reconnect';
  return {
    subject: `${product}: a new link to ${verb.toLowerCase()} ${accountName(username)}`,
    paragraphs: [
      `Somebody opened an old link of ${product} and asked for a new one. It lets you ${verb.toLowerCase()} ${who}, and works for one day.`,
      'If it was not you, there is nothing to do: the link came to you alone.',
    ],
    link: { label: `${verb} ${accountName(username)}`, url },
  };
}

function happened({ product, reason, ...about }: NoticeSubject): string {
  const who = accountName(about.username);
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
  return {
    label: waitsOnInstagram(reason) ? ACTION_LABELS.check_again : `Reconnect ${accountName(about.username)}`,
    url,
  };
}
