import { OAUTH, row, type Row, withSubcode } from './row';

const RETRY = 'An unexpected error has occurred. Please retry your request later.';

/**
 * Limits, blocks and failures of the platform as a whole.
 * @see https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export const PLATFORM_ROWS = {
  unknown: { ...row(500, OAUTH, 1, RETRY), transient: true },
  too_much_data: row(
    500,
    OAUTH,
    1,
    "Please reduce the amount of data you're asking for, then retry your request",
  ),
  temporary: { ...row(500, OAUTH, 2, RETRY), transient: true },
  app_request_limit: withSubcode(403, OAUTH, 4, 1349210, 'Application request limit reached'),
  user_too_active: row(400, OAUTH, 9, '(#9) The user is performing too many actions'),
  user_request_limit: row(400, OAUTH, 17, '(#17) User request limit reached'),
  page_request_limit: row(400, OAUTH, 32, '(#32) Page request limit reached'),
  application_limit: row(400, OAUTH, 341, '(#341) Application limit reached'),
  page_calls: row(400, OAUTH, 80001, '(#80001) There have been too many calls to this Page account.'),
  account_calls: row(400, OAUTH, 80002, '(#80002) There have been too many calls to this Instagram account.'),
  messenger_calls: row(400, OAUTH, 80006, '(#80006) There have been too many calls to this Page account.'),
  policy_block: row(
    400,
    OAUTH,
    368,
    'The action attempted has been deemed abusive or is otherwise disallowed',
  ),
  api_blocked: row(400, OAUTH, 200, 'API access blocked.'),
} satisfies Record<string, Row>;
