import { INSTAGRAM, OAUTH, row, type Row, withSubcode } from './row';

const UNAVAILABLE = "This person isn't available right now.";

/** @see https://developers.facebook.com/docs/messenger-platform/error-codes */
export const MESSAGING_ROWS = {
  window_closed: withSubcode(403, INSTAGRAM, 10, 2534022, 'This message is sent outside of allowed window.'),
  window_closed_page: withSubcode(
    403,
    OAUTH,
    10,
    2018278,
    '(#10) This message is sent outside of allowed window.',
  ),
  recipient_missing: withSubcode(400, INSTAGRAM, 100, 2534014, 'The requested user cannot be found'),
  recipient_missing_page: withSubcode(400, OAUTH, 100, 2018001, '(#100) No matching user found'),
  recipient_unable: withSubcode(
    400,
    OAUTH,
    10,
    2018108,
    "(#10) This Person Cannot Receive Messages: This person isn't receiving messages from you right now.",
  ),
  person_unavailable: row(400, INSTAGRAM, 551, UNAVAILABLE),
  person_unavailable_now: withSubcode(400, INSTAGRAM, 200, 1545041, UNAVAILABLE),
  messages_disabled: withSubcode(
    400,
    INSTAGRAM,
    200,
    2534041,
    'The account owner has disabled access to Instagram direct messages',
  ),
  account_barred: withSubcode(
    400,
    INSTAGRAM,
    100,
    2534029,
    'This business is blocked from using the messaging API',
  ),
  not_thread_owner: withSubcode(
    400,
    INSTAGRAM,
    100,
    2534037,
    'This app does not own the thread with this user',
  ),
  account_unverified: withSubcode(
    400,
    INSTAGRAM,
    10,
    2534077,
    'This Instagram account has to be verified before it can send messages',
  ),
  account_restricted: withSubcode(400, INSTAGRAM, 10, 1893063, 'This account is temporarily restricted'),
  account_ineligible: row(400, INSTAGRAM, 36103, 'This account is not eligible for messaging'),
  text_too_long: row(400, INSTAGRAM, 100, 'Length of param message[text] must be less than or equal to 1000'),
  message_data_invalid: withSubcode(400, INSTAGRAM, 100, 2534015, 'Invalid message data'),
  message_deleted: row(400, INSTAGRAM, 9000001, 'This Message has been deleted by the user or the business.'),
  calls_too_fast: withSubcode(
    400,
    INSTAGRAM,
    613,
    2534040,
    'Calls to this api have exceeded the rate limit.',
  ),
} satisfies Record<string, Row>;
