import { ACTION_LABELS } from './banner';
import { accountName } from './account-name';
import { dayText } from './human-time';

/** How an attempt to connect an account ended. */
export type ConnectResult =
  | 'connected'
  | 'cancelled'
  | 'wrong_account'
  | 'missing_permissions'
  | 'account_taken'
  | 'failed'
  | 'link_outdated'
  | 'state_expired';

export type NewLinkResult = 'sent' | 'failed';

/** What a check found after the owner followed Instagram's steps. */
export type CheckResult = 'connected' | 'action_required' | 'expired';

export interface PageText {
  title: string;
  text: string;
  /** Label of the page's button; null: no button. */
  action: string | null;
  good: boolean;
}

export interface PageSubject {
  product: string;
  /** The connected account, without @; null before the first connection. */
  username: string | null;
  /** The account that Instagram returned, if it is a different one. */
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
        title: 'Connection cancelled',
        text: 'You cancelled on Instagram. No changes were made.',
        action: 'Try again',
        good: false,
      };
    case 'wrong_account':
      return {
        title: 'Wrong Instagram account',
        text: `You are logged in to Instagram as @${other ?? '?'}. This connection belongs to ${account}. No changes were made.`,
        action: 'Switch Instagram account',
        good: false,
      };
    case 'missing_permissions':
      return {
        title: 'Message permission missing',
        text: 'You did not allow access to messages. Connect again and keep both permissions turned on.',
        action: 'Connect again',
        good: false,
      };
    case 'account_taken':
      return {
        title: 'Account already connected',
        text: `Another ${product} user has connected @${other ?? '?'}. Ask that user or ${product} support to disconnect it.`,
        action: null,
        good: false,
      };
    case 'link_outdated':
      return {
        title: 'This link no longer works',
        text: `It has been used or has expired. No changes were made. Go back to ${product} and request a new link.`,
        action: null,
        good: false,
      };
    case 'state_expired':
      return {
        title: 'Please start again',
        text: `The Instagram login took too long or continued in a different browser. No changes were made. If the account was connected before, it still is. Otherwise go back to ${product} and start again.`,
        action: null,
        good: false,
      };
    case 'failed':
      return {
        title: 'Instagram did not respond',
        text: 'The account could not be connected. No changes were made. Try again in a few minutes.',
        action: 'Try again',
        good: false,
      };
  }
}

export function checkText(result: CheckResult, { product, username }: PageSubject): PageText {
  const account = accountName(username);
  switch (result) {
    case 'connected':
      return {
        title: 'Connection restored',
        text: `${product} can read and send messages for ${account} again. You can close this page.`,
        action: null,
        good: true,
      };
    case 'action_required':
      return {
        title: 'Action still required',
        text: `Instagram still requires a login confirmation for ${account}. Open Instagram, follow its steps, then choose Check again.`,
        action: ACTION_LABELS.check_again,
        good: false,
      };
    case 'expired':
      return {
        title: 'Instagram ended the connection',
        text: `Reconnect ${account} to ${product}.`,
        action: 'Continue to Instagram',
        good: false,
      };
  }
}

/** @param limitOf what was used too often */
export function tooManyText(limitOf: 'link' | 'address'): PageText {
  const who = limitOf === 'link' ? 'This link has been opened' : 'Pages have been opened from your network';
  return {
    title: 'Too many requests',
    text: `${who} too often. No changes were made. Reload this page in a minute.`,
    action: null,
    good: false,
  };
}

export const SEND_NEW_LINK = 'Send me a new link';

/** The same for every outdated link: it reveals neither the address nor whether an email was sent recently. */
export function newLinkText(result: NewLinkResult, product: string): PageText {
  if (result === 'failed')
    return {
      title: 'The email could not be sent',
      text: `No changes were made. Try again in a few minutes, or request a new link in ${product}.`,
      action: 'Try again',
      good: false,
    };
  return {
    title: 'Check your email',
    text: `A new link is on its way to the email address that ${product} has on file for this connection. It works for 24 hours.`,
    action: null,
    good: true,
  };
}

/** The link back to the product. */
export function backText({ product }: PageSubject): string {
  return `Back to ${product}`;
}

/** Names the owner, so that a person who received another customer's link notices it. */
export function ownerText({ product }: PageSubject, ownerRef: string): string {
  return `In ${product} this connection belongs to “${ownerRef}”.`;
}

/** The page before the redirect to Instagram. @param reason why the connection ended, as the banner says it */
export function invitationText({ product, username }: PageSubject, reason: string | null): PageText {
  if (username === null) {
    return {
      title: 'Connect Instagram',
      text: `${product} will be able to read and send messages for your Instagram account. You log in on Instagram. ${product} never sees your password.`,
      action: 'Continue to Instagram',
      good: true,
    };
  }
  return {
    title: `Reconnect @${username}`,
    text: reason ?? `Log in on Instagram as @${username} to renew the connection to ${product}.`,
    action: 'Continue to Instagram',
    good: true,
  };
}

export const LAYOUT_TEXT = {
  title: (page: string, product: string) => `${page} · ${product}`,
  questions: 'Questions?',
  contactSupport: 'Contact support',
} as const;

/**
 * The status page of a data deletion request.
 * @param deletion instants in epoch ms; null: unknown confirmation code
 */
export function deletionText(
  deletion: { askedAt: number; erased: number; isErased: boolean; finishedAt: number | null } | null,
  product: string,
): Omit<PageText, 'action'> {
  if (!deletion)
    return {
      title: 'Unknown confirmation code',
      text: 'Check that the address is complete. Codes are kept for 90 days.',
      good: false,
    };
  const requested = `Requested on ${dayText(deletion.askedAt)}.`;
  if (deletion.finishedAt === null)
    return {
      title: 'Your data is being deleted',
      text: deletion.isErased
        ? `${requested} Your account and messages have been deleted. ${product} deletes the remaining log entries within a few hours.`
        : `${requested} Your account has been deleted. ${product} deletes your messages and the log entries about them within a few hours: ${deletion.erased} so far.`,
      good: true,
    };
  return {
    title: 'Your data was deleted',
    text: `${requested} All data that ${product} received from Instagram about your account was deleted by ${dayText(deletion.finishedAt)}.`,
    good: true,
  };
}
