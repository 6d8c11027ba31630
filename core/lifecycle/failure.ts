import { type Reason } from './states';

/**
 * What a failed call to Meta means. `transient`: try again. `throttled`: wait as long as Meta says. `terminal`: the
 * token is dead, for `reason`. `owner_action`: the token works again once its owner has done something on Instagram.
 * `app_level`: every account of the app is affected, and no token is the cause. `ambiguous`: refused as unreadable,
 * which a wrong host or key also causes. `call`: this call is refused for what it asks; the token is healthy.
 * `unreadable`: a success of a shape that is not known, which says nothing about the token.
 */
export type FailureClass =
  'transient' | 'throttled' | 'terminal' | 'owner_action' | 'app_level' | 'ambiguous' | 'call' | 'unreadable';

export type CallProblem =
  | 'window_closed'
  | 'recipient_unavailable'
  | 'permission_missing'
  | 'app_access_missing'
  | 'other_app'
  | 'not_found'
  | 'policy_blocked'
  | 'refresh_unsupported'
  | 'already_long_lived'
  | 'text_too_long'
  | 'too_much_data'
  | 'rejected';

export interface Failure {
  class: FailureClass;
  /** With `terminal`: what the integration would expire for. With `owner_action`: what the owner has to do. */
  reason: Reason | null;
  /** With `call`: what kind of refusal. With `transient`: `too_much_data`, less may be answered. */
  problem: CallProblem | null;
  /** With `throttled`: whose calls are too many. */
  throttles: 'account' | 'app' | null;
}

/** What is known of an answer, whatever its shape was. A missing HTTP status means that no answer came. */
export interface Answer {
  status: number | null;
  code: number | null;
  subcode: number | null;
  message: string | null;
  isTransient: boolean;
}

interface Row {
  /** Absent: any, none included. */
  codes?: readonly number[];
  subcodes?: readonly number[];
  message?: RegExp;
  isTransient?: true;
  is: Failure;
}

const TOKEN_CODES = [190, 102];
const PERMISSION_CODES = [10, ...range(200, 299)];
const BUSINESS_USE_CASE_CODES = range(80000, 80014);

const NOTHING = { reason: null, problem: null, throttles: null };
const transient: Failure = { ...NOTHING, class: 'transient' };
const tooMuchData: Failure = { ...NOTHING, class: 'transient', problem: 'too_much_data' };
const appLevel: Failure = { ...NOTHING, class: 'app_level' };
const ambiguous: Failure = { ...NOTHING, class: 'ambiguous' };
const throttled = (throttles: 'account' | 'app'): Failure => ({ ...NOTHING, class: 'throttled', throttles });
const terminal = (reason: Reason): Failure => ({ ...NOTHING, class: 'terminal', reason });
const ownerAction = (reason: Reason): Failure => ({ ...NOTHING, class: 'owner_action', reason });
const call = (problem: CallProblem): Failure => ({ ...NOTHING, class: 'call', problem });

/**
 * Read top-down, the first row that fits wins: code and subcode first, message text only as a fallback (it is
 * localized in practice). What no row knows is decided by status, and unknown means transient.
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
const TABLE: readonly Row[] = [
  // Every account at once: no token is the cause.
  { codes: [200], message: /API access blocked/i, is: appLevel },
  { codes: [100], message: /appsecret_proof/i, is: appLevel },
  { codes: [100, 400], message: /invalid platform app/i, is: appLevel },
  { codes: [...TOKEN_CODES, 100, 200, 400], message: /access deactivated/i, is: appLevel },

  // Restrictions and limits, before `is_transient`: they know better how long to wait.
  { codes: [368], is: call('policy_blocked') },
  { codes: [10], subcodes: [1893063], is: call('policy_blocked') },
  { codes: [100], subcodes: [2534029], is: call('policy_blocked') },
  { codes: [613], subcodes: [2018338], is: call('policy_blocked') },
  { codes: [4, 341], is: throttled('app') },
  { codes: [9, 17, 32, 613, ...BUSINESS_USE_CASE_CODES], is: throttled('account') },

  { message: /reduce the amount of data/i, is: tooMuchData },
  { isTransient: true, is: transient },
  // Meta's servers also say so when they give up on a large answer.
  { codes: [1], is: tooMuchData },
  { codes: [2, -1, -2], is: transient },

  // The token.
  { codes: TOKEN_CODES, subcodes: [459, 490], is: ownerAction('checkpoint') },
  { codes: TOKEN_CODES, subcodes: [464, 465], is: ownerAction('account_unusable') },
  { codes: TOKEN_CODES, subcodes: [463], is: terminal('session_expired') },
  { codes: TOKEN_CODES, subcodes: [460], is: terminal('password_changed') },
  { codes: TOKEN_CODES, subcodes: [458], is: terminal('deauthorized') },
  { codes: TOKEN_CODES, subcodes: [492, 2069032], is: terminal('permission_removed') },
  { codes: TOKEN_CODES, subcodes: [461, 462, 466, 467, 468], is: terminal('invalidated') },
  { codes: TOKEN_CODES, subcodes: [456, 457], is: ambiguous },
  { codes: TOKEN_CODES, message: /checkpoint/i, is: ownerAction('checkpoint') },
  { codes: TOKEN_CODES, message: /not a confirmed user/i, is: ownerAction('account_unusable') },
  { codes: TOKEN_CODES, message: /session has expired/i, is: terminal('session_expired') },
  { codes: TOKEN_CODES, message: /changed (the|their) password/i, is: terminal('password_changed') },
  { codes: TOKEN_CODES, message: /has not authorized application/i, is: terminal('deauthorized') },
  // A wrong host or key of ours is answered in these words, too.
  {
    codes: TOKEN_CODES,
    message: /cannot parse access token|invalid oauth 2\.0 access token|cannot be decrypted/i,
    is: ambiguous,
  },
  { codes: TOKEN_CODES, is: terminal('invalidated') },
  { codes: [2500], message: /active access token/i, is: ambiguous },

  // This call alone.
  { codes: [10], subcodes: [2534022, 2018278, 2018065], is: call('window_closed') },
  { codes: [551], is: call('recipient_unavailable') },
  { codes: [200], subcodes: [1545041], is: call('recipient_unavailable') },
  { codes: [100], subcodes: [2534014, 2018001], is: call('recipient_unavailable') },
  { codes: [10], subcodes: [2018108], is: call('recipient_unavailable') },
  // Another app has the conversation: its Handover Protocol settings decide.
  { codes: [10], subcodes: [2018300], is: call('other_app') },
  { codes: [100], subcodes: [2534037], is: call('other_app') },
  // The app's access level at Meta, whatever the owner allows.
  { codes: [3], is: call('app_access_missing') },
  { codes: [...PERMISSION_CODES, 36103], is: call('permission_missing') },
  { codes: [100], subcodes: [33], is: call('not_found') },
  { codes: [803, 9000001], is: call('not_found') },
  { codes: [100], message: /unsupported request - method type/i, is: call('refresh_unsupported') },
  { codes: [452], is: call('already_long_lived') },
  { message: /session key invalid/i, is: call('already_long_lived') },
  { codes: [100], message: /too long|length (of|must)/i, is: call('text_too_long') },
  { codes: [100, 104, 506, 2500], is: call('rejected') },
];

/**
 * Reads a failed answer. Total: any answer gets a class, and never `terminal` without a token code (190, 102).
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export function classify(answer: Answer): Failure {
  if (answer.status === null) return transient;
  const row = TABLE.find((one) => fits(one, answer));
  if (row) return row.is;
  if (answer.status === 429) return throttled('account');
  if (answer.code === null && answer.status === 404) return call('not_found');
  return transient;
}

function fits({ codes, subcodes, message, isTransient }: Row, answer: Answer): boolean {
  if (codes && (answer.code === null || !codes.includes(answer.code))) return false;
  // Meta writes 0 where it means none.
  if (subcodes && (!answer.subcode || !subcodes.includes(answer.subcode))) return false;
  if (message && !message.test(answer.message ?? '')) return false;
  return !isTransient || answer.isTransient;
}

/** Whether a code says something about the token at all: what may be reported as a rejection. */
export function isTokenCode(code: number | null): boolean {
  return code !== null && TOKEN_CODES.includes(code);
}

/** Whether a refused refresh settles that a refresh cannot save the token. */
export function settlesToken({ class: failureClass }: Failure): boolean {
  return !['transient', 'throttled', 'app_level', 'unreadable'].includes(failureClass);
}

/** What Instagram requires of the account's owner, when that is what it says. */
export function ownerActionOf(failure: Failure): 'checkpoint' | 'account_unusable' | null {
  if (failure.class !== 'owner_action') return null;
  return failure.reason === 'account_unusable' ? 'account_unusable' : 'checkpoint';
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
