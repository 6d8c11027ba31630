import { type Failure } from '../lifecycle/failure';

/** What an owner's round through Instagram can be refused for, and who can do something about it. */
export const CONNECT_REFUSALS = {
  /** The app ID is unknown, often that of the Meta app instead of the Instagram app. */
  app_id: 'operators',
  app_secret: 'operators',
  redirect_uri: 'operators',
  /** This account has no role in an app that is not live, or the permissions have Standard Access only. */
  app_access: 'operators',
  /** Instagram shows its page for what is not available. */
  unavailable: 'operators',
  /** Every call of the app is refused. */
  app_blocked: 'operators',
  /** A success in a form that is not known. */
  unreadable: 'operators',
  /** Refused for something that no row of the table knows. */
  other: 'operators',
  /** The authorization code was used or is older than an hour. */
  code_used: 'owner',
  /** The authorization code is used up, and the answer that it was used for did not arrive. */
  answer_lost: 'owner',
  /** The token was ended before the round was, by a changed password for example. */
  token_ended: 'owner',
  /** Instagram requires a login confirmation first. */
  login_check: 'owner',
} as const satisfies Record<string, 'operators' | 'owner'>;
export type ConnectRefusal = keyof typeof CONNECT_REFUSALS;

interface Row {
  message: RegExp;
  /** Absent: at any step. */
  at?: readonly string[];
  is: ConnectRefusal;
}

/**
 * Read top-down, the first row that fits wins. Instagram gives all of these the code 400 or 100, so the words decide;
 * what is not recognized falls back to the failure table, where unknown means transient.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
 */
const TABLE: readonly Row[] = [
  { message: /invalid (platform app|app id|client_id)|error validating application/i, is: 'app_id' },
  { message: /client[ _]secret|app[ _]secret(?!_proof)/i, is: 'app_secret' },
  { message: /redirect[ _]ur[il]/i, is: 'redirect_uri' },
  { message: /content isn\S{0,6}t available/i, is: 'unavailable' },
  {
    message: /unsupported request - method type/i,
    at: ['exchange_code', 'exchange'],
    is: 'app_access',
  },
  {
    message:
      /(authorization|verification|matching) code|code (was|is|has been|has) .*(used|expired|invalid)/i,
    at: ['exchange_code'],
    is: 'code_used',
  },
];

/** Steps of a round; other calls are no part of it. */
const STEPS = ['authorize', 'exchange_code', 'exchange', 'probe'];

/** @param operation `authorize`, or the call that was refused @returns null: not recognized */
export function connectRefusalOf(operation: string, message: string | null): ConnectRefusal | null {
  if (message === null || !STEPS.includes(operation)) return null;
  const row = TABLE.find(
    ({ message: words, at }) => words.test(message) && (at?.includes(operation) ?? true),
  );
  return row?.is ?? null;
}

/** Whether another app secret may be the remedy. The long-lived exchange has one answer for every wrong parameter. */
export function mayBeTheSecret(refusal: ConnectRefusal | null): boolean {
  return refusal === 'app_secret' || refusal === 'app_access';
}

/** What a failed call of a round means for the round. */
export type ConnectVerdict =
  | { is: 'again'; obstacle: ConnectRefusal | null }
  | { is: 'refused'; refusal: ConnectRefusal }
  | { is: 'no_permission' };

/**
 * @param failed `refusal`: by the table above; `isRetry`: an earlier call with the same code may have used it up;
 *   `wasUnreadable`: by an answer that could not be read
 */
export function connectVerdict(failed: {
  refusal: ConnectRefusal | null;
  failure: Failure;
  isRetry: boolean;
  wasUnreadable: boolean;
}): ConnectVerdict {
  const { refusal, failure } = failed;
  if (refusal === 'code_used' && failed.isRetry)
    return { is: 'refused', refusal: failed.wasUnreadable ? 'unreadable' : 'answer_lost' };
  if (refusal) return { is: 'refused', refusal };
  switch (failure.class) {
    case 'app_level':
      return { is: 'refused', refusal: 'app_blocked' };
    case 'terminal':
      return { is: 'refused', refusal: 'token_ended' };
    case 'call':
      if (failure.problem === 'permission_missing') return { is: 'no_permission' };
      if (failure.problem === 'app_access_missing') return { is: 'refused', refusal: 'app_access' };
      return { is: 'refused', refusal: 'other' };
    case 'owner_action':
      // The token works once the owner has confirmed the login.
      return { is: 'again', obstacle: 'login_check' };
    case 'unreadable':
      return { is: 'again', obstacle: 'unreadable' };
    default:
      return { is: 'again', obstacle: null };
  }
}
