import { ACTION_LABELS } from './banner';
import { accountName } from './account-name';
import { dayText } from './human-time';

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
  const account = accountName(username);
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
  const account = accountName(username);
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
  const asked = dayText(deletion.askedAt);
  if (deletion.finishedAt === null)
    return {
      title: 'Your data is being deleted',
      text: `You asked for it on ${asked}. Your account and your messages are no longer stored; the last traces in the log of what ${product} did are removed within a few hours.`,
      good: true,
    };
  return {
    title: 'Your data was deleted',
    text: `You asked for it on ${asked}. What ${product} had received from Instagram about your account was deleted by ${dayText(deletion.finishedAt)}.`,
    good: true,
  };
}
