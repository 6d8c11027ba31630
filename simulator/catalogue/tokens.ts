import { INSTAGRAM, OAUTH, row, type Row, withSubcode } from './row';

const invalidated = (subcode: number, text: string): Row =>
  withSubcode(400, OAUTH, 190, subcode, `Error validating access token: ${text}`);

const MISMATCH =
  'Session does not match current stored session. This may be because the user changed the password since the time the session was created or Facebook has changed the session for security reasons.';
const CHECKPOINT = 'The user is enrolled in a blocking, logged-in checkpoint';

/** @see https://developers.facebook.com/docs/graph-api/guides/error-handling */
export const TOKEN_ROWS = {
  token_invalid: row(400, OAUTH, 190, 'Invalid OAuth access token.'),
  token_missing: row(400, INSTAGRAM, 190, 'Invalid OAuth 2.0 Access Token'),
  token_unparseable: row(401, OAUTH, 190, 'Invalid OAuth access token - Cannot parse access token'),
  token_deauthorized: invalidated(458, 'The user has not authorized application {appId}.'),
  token_checkpointed: invalidated(459, CHECKPOINT),
  token_password_changed: invalidated(
    460,
    'The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.',
  ),
  token_reinstalled: invalidated(461, MISMATCH),
  token_superseded: invalidated(462, MISMATCH),
  token_expired: invalidated(463, 'Session has expired on {expiredOn}. The current time is {currentTime}.'),
  token_unconfirmed: invalidated(
    464,
    'Sessions for the user {userId} are not allowed because the user is not a confirmed user.',
  ),
  token_logged_out: invalidated(467, 'The session is invalid because the user logged out.'),
  token_blocking_checkpoint: invalidated(490, CHECKPOINT),
  session_invalid: row(400, OAUTH, 102, 'Session key invalid or no longer valid'),
  session_key_invalid: row(400, OAUTH, 452, 'Session key invalid'),
} satisfies Record<string, Row>;
