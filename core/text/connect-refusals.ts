import { type ConnectRefusal } from '../access/connect-refusals';
import { type PageText } from './owner-pages';

/** What operators read of a refused round: the setting to correct, in one sentence or two. */
export const REFUSAL_HINTS = {
  app_id:
    'Instagram does not know the app: INSTAGRAM_APP_ID must be the Instagram app ID of “API setup with Instagram login”, not the ID of the Meta app.',
  app_secret:
    'Instagram refuses the app secret: INSTAGRAM_APP_SECRET must be the Instagram app secret that is shown next to the Instagram app ID. After a reset, keep the former one in INSTAGRAM_APP_SECRET_PREVIOUS.',
  redirect_uri:
    'Instagram refuses the redirect URI: add the exact address (EVERGRANT_PUBLIC_URL followed by /oauth/instagram/callback) to the OAuth redirect URIs in the business login settings.',
  app_access:
    'Instagram does not let the app exchange this account’s token: the account has no accepted role while the app is not live, the permissions have Standard Access only, or INSTAGRAM_APP_SECRET is of another app.',
  unavailable:
    'Instagram answered that the content is not available: check that the app is live and not restricted, and that the account may use it.',
  app_blocked:
    'Instagram refuses every call of the app: check its alerts and required actions in the dashboard.',
  unreadable:
    'Instagram answered in a form that Evergrant cannot read: see evergrant_provider_unreadable_total, and report operation and field.',
  other: 'Instagram refused the call for a reason that Evergrant does not know: see its code in the event.',
  code_used: 'The authorization code was used or has expired. Nothing has to be corrected.',
  answer_lost: 'Instagram’s answer to the code exchange was lost. Nothing has to be corrected.',
  token_ended: 'The token ended before it was stored. Nothing has to be corrected.',
  login_check: 'Instagram requires a login confirmation of the account’s owner.',
} as const satisfies Record<ConnectRefusal, string>;

const again = { action: 'Start again', good: false };

/** What owners read instead of the general text. Without a button where another try cannot work now. */
export function refusedText(refusal: ConnectRefusal, product: string): PageText {
  switch (refusal) {
    case 'code_used':
      return {
        title: 'Please start again',
        text: 'This Instagram login has already been used or has expired. No changes were made.',
        ...again,
      };
    case 'answer_lost':
      return {
        title: 'Please start again',
        text: 'You allowed access, but Instagram’s answer was lost on its way, and Instagram gives it only once. No changes were made.',
        ...again,
      };
    case 'token_ended':
      return {
        title: 'Instagram ended the login',
        text: 'Instagram ended this login before the connection was complete, for example after a changed password. No changes were made.',
        ...again,
      };
    case 'login_check':
      return {
        title: 'Action required on Instagram',
        text: 'Instagram requires a login confirmation for this account. Open Instagram, follow its steps, then start again here.',
        ...again,
      };
    case 'app_access':
      return {
        title: 'This account cannot be connected yet',
        text: `Instagram does not allow ${product} to connect this account at the moment. Another try will not help now. ${product} has been notified. No changes were made.`,
        action: null,
        good: false,
      };
    default:
      return {
        title: 'Connecting does not work at the moment',
        text: `Instagram refused the connection because of the settings of ${product}, not because of you. Another try will not help now. ${product} has been notified. No changes were made.`,
        action: null,
        good: false,
      };
  }
}

/** The page while a round goes on; it reloads itself. @param obstacle what Instagram answered last, if that is known */
export function workingText(obstacle: ConnectRefusal | null, product: string): Omit<PageText, 'action'> {
  if (obstacle === 'login_check')
    return {
      title: 'Action required on Instagram',
      text: `Instagram requires a login confirmation for this account. Open Instagram and follow its steps. ${product} then completes the connection, and this page shows the result.`,
      good: true,
    };
  return {
    title: 'Connecting your account …',
    text: `Instagram is slow to respond. ${product} keeps trying, and this page shows the result. You can also close it: the connection is completed as soon as Instagram responds.`,
    good: true,
  };
}
