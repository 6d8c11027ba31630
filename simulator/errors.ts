/**
 * What Instagram answers when it refuses, by name: status, type, code, subcode and literal text in one row.
 * Where each row comes from is in `fidelity.md`.
 */
interface Row {
  readonly status: number;
  readonly type: string;
  readonly code: number;
  readonly subcode?: number;
  readonly transient?: true;
  /** `{name}` is filled in from the values given to `refuse`. */
  readonly message: string;
}

const OAUTH = 'OAuthException';
const INSTAGRAM = 'IGApiException';
const invalidated = (subcode: number, text: string): Row => ({
  status: 400,
  type: OAUTH,
  code: 190,
  subcode,
  message: `Error validating access token: ${text}`,
});
const MISMATCH =
  'Session does not match current stored session. This may be because the user changed the password since the time the session was created or Facebook has changed the session for security reasons.';

/** Of several rows with one code, the first is what the code means without a known subcode. */
export const CATALOGUE = {
  // Tokens
  token_invalid: { status: 400, type: OAUTH, code: 190, message: 'Invalid OAuth access token.' },
  token_missing: { status: 400, type: INSTAGRAM, code: 190, message: 'Invalid OAuth 2.0 Access Token' },
  token_unparseable: {
    status: 401,
    type: OAUTH,
    code: 190,
    message: 'Invalid OAuth access token - Cannot parse access token',
  },
  token_deauthorized: invalidated(458, 'The user has not authorized application {appId}.'),
  token_checkpointed: invalidated(459, 'The user is enrolled in a blocking, logged-in checkpoint'),
  token_password_changed: invalidated(
    460,
    'The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.',
  ),
  token_superseded: invalidated(462, MISMATCH),
  token_expired: invalidated(463, 'Session has expired on {expiredOn}. The current time is {currentTime}.'),
  token_unconfirmed: invalidated(
    464,
    'Sessions for the user {userId} are not allowed because the user is not a confirmed user.',
  ),
  token_logged_out: invalidated(467, 'The session is invalid because the user logged out.'),
  token_blocking_checkpoint: invalidated(490, 'The user is enrolled in a blocking, logged-in checkpoint'),
  session_key_invalid: { status: 400, type: OAUTH, code: 452, message: 'Session key invalid' },

  // Requests
  invalid_parameter: { status: 400, type: INSTAGRAM, code: 100, message: 'Invalid parameter' },
  unsupported_request: {
    status: 400,
    type: INSTAGRAM,
    code: 100,
    message: 'Unsupported request - method type: {method}',
  },
  too_young_to_refresh: {
    status: 400,
    type: INSTAGRAM,
    code: 100,
    message: 'The access token must be at least 24 hours old to be refreshed.',
  },
  nonexisting_field: {
    status: 400,
    type: INSTAGRAM,
    code: 100,
    message: 'Tried accessing nonexisting field ({field})',
  },
  object_missing: {
    status: 400,
    type: INSTAGRAM,
    code: 100,
    subcode: 33,
    message:
      "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.",
  },
  syntax_error: { status: 400, type: OAUTH, code: 2500, message: 'Syntax error at character {position}' },
  unknown_path: { status: 400, type: OAUTH, code: 2500, message: 'Unknown path components: {path}' },
  permission_missing: {
    status: 400,
    type: INSTAGRAM,
    code: 10,
    message: '(#10) Application does not have permission for this action',
  },

  // Messages
  text_too_long: {
    status: 400,
    type: INSTAGRAM,
    code: 100,
    message: 'Length of param message[text] must be less than or equal to 1000',
  },
  message_data_invalid: {
    status: 400,
    type: INSTAGRAM,
    code: 100,
    subcode: 2534015,
    message: 'Invalid message data',
  },
  recipient_missing: {
    status: 400,
    type: INSTAGRAM,
    code: 100,
    subcode: 2534014,
    message: 'The requested user cannot be found',
  },

  // Only faults give these
  unknown: {
    status: 500,
    type: OAUTH,
    code: 1,
    transient: true,
    message: 'An unexpected error has occurred. Please retry your request later.',
  },
  temporary: {
    status: 500,
    type: OAUTH,
    code: 2,
    transient: true,
    message: 'An unexpected error has occurred. Please retry your request later.',
  },
  app_request_limit: {
    status: 403,
    type: OAUTH,
    code: 4,
    subcode: 1349210,
    message: 'Application request limit reached',
  },
  permission_required: {
    status: 403,
    type: OAUTH,
    code: 200,
    message: '(#200) Requires instagram_business_manage_messages permission',
  },
  api_blocked: { status: 400, type: OAUTH, code: 200, message: 'API access blocked.' },
  window_closed: {
    status: 403,
    type: INSTAGRAM,
    code: 10,
    subcode: 2534022,
    message: 'This message is sent outside of allowed window.',
  },
  messages_disabled: {
    status: 400,
    type: INSTAGRAM,
    code: 200,
    subcode: 2534041,
    message: 'The account owner has disabled access to Instagram direct messages',
  },
  account_calls: {
    status: 400,
    type: OAUTH,
    code: 80002,
    message: '(#80002) There have been too many calls to this Instagram account.',
  },
  policy_block: {
    status: 400,
    type: OAUTH,
    code: 368,
    message: 'The action attempted has been deemed abusive or is otherwise disallowed',
  },
  session_invalid: { status: 400, type: OAUTH, code: 102, message: 'Session key invalid or no longer valid' },
  person_unavailable: {
    status: 400,
    type: INSTAGRAM,
    code: 551,
    message: "This person isn't available right now.",
  },
  calls_too_fast: {
    status: 400,
    type: INSTAGRAM,
    code: 613,
    subcode: 2534040,
    message: 'Calls to this api have exceeded the rate limit.',
  },
  message_deleted: {
    status: 400,
    type: INSTAGRAM,
    code: 9000001,
    message: 'This Message has been deleted by the user or the business.',
  },
} satisfies Record<string, Row>;

export type ErrorName = keyof typeof CATALOGUE;

const rows: readonly Row[] = Object.values(CATALOGUE);

/** The row of exactly this code and subcode. */
export const exactRow = (code: number, subcode?: number): Row | undefined =>
  rows.find((row) => row.code === code && row.subcode === subcode);

/** The row that fits a code best. */
export const nearestRow = (code: number, subcode?: number): Row | undefined =>
  exactRow(code, subcode) ?? rows.find((row) => row.code === code);

export interface Refusal {
  status: number;
  type: string;
  code: number;
  /** Absent, or a value; a literal 0 is seen too. */
  subcode?: number;
  transient?: boolean;
  message: string;
  /** `error_data`. */
  data?: Record<string, string>;
}

/** An answer that refuses. Endpoints throw it, the HTTP layer gives it the envelope of its host. */
export class InstagramError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
    this.name = 'InstagramError';
  }
}

export function refuse(name: ErrorName, values: Record<string, string> = {}): InstagramError {
  return new InstagramError(refusalOf(CATALOGUE[name], values));
}

export function refusalOf(row: Row, values: Record<string, string>): Refusal {
  return { ...row, message: row.message.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '') };
}

/** What the code exchange answers instead, in an envelope of its own. */
export const EXCHANGE_MESSAGES = {
  app_unknown: 'Invalid platform app',
  secret_wrong: 'Error validating client secret.',
  grant_type_wrong: 'Invalid grant_type: it must be authorization_code',
  redirect_uri_differs:
    'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
  code_unknown: 'Matching code was not found or was already used',
  code_used: 'This authorization code has been used',
} as const;
