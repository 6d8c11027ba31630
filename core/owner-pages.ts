/** What the owner of an account reads on the pages around connecting it. */

export type ConnectResult =
  | 'connected'
  | 'cancelled'
  | 'wrong_account'
  | 'missing_permissions'
  | 'account_taken'
  | 'failed'
  | 'link_outdated'
  | 'round_over';

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
  const account = username ? `@${username}` : 'your account';
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
  const account = username ? `@${username}` : 'your account';
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
        action: 'Check again',
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

export const CHECK_AGAIN = 'Check again';

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
