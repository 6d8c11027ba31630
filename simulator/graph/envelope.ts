import { type Refusal, textOf } from './errors';
import { type Locale } from '../endpoints/locales';

/** How the sandbox is set to word errors. */
export interface Wording {
  locale: Locale;
  /** Whether errors carry words for the user as well. */
  userMessages: 'absent' | 'present';
}

/** Graph's error body. @see https://developers.facebook.com/docs/graph-api/guides/error-handling */
export function graphEnvelope(refusal: Refusal, wording: Wording, trace: string): object {
  const message = textOf(refusal, wording.locale);
  return {
    error: {
      message,
      type: refusal.type,
      code: refusal.code,
      ...(refusal.subcode !== undefined && { error_subcode: refusal.subcode }),
      ...(refusal.transient !== undefined && { is_transient: refusal.transient }),
      ...(refusal.data && { error_data: refusal.data }),
      ...userWords(refusal, wording, message),
      fbtrace_id: trace,
    },
  };
}

function userWords(refusal: Refusal, { userMessages }: Wording, message: string): object {
  const { userTitle, userMessage } = refusal;
  const always = userMessages === 'present';
  if (!always && userTitle === undefined && userMessage === undefined) return {};
  return {
    error_user_title: userTitle ?? 'Something went wrong',
    error_user_msg: userMessage ?? message.replace(/^Error validating access token: /, ''),
  };
}

/** The error body of the host that exchanges codes. */
export function flatEnvelope(refusal: Refusal, { locale }: Wording): object {
  return { error_type: refusal.type, code: refusal.code, error_message: textOf(refusal, locale) };
}

/** The header that accompanies Graph errors. */
export function challenge(refusal: Refusal, { locale }: Wording): string {
  const kind = refusal.code === 190 || refusal.code === 102 ? 'invalid_token' : 'invalid_request';
  // A header holds neither quotes nor what is outside ASCII.
  const text = textOf(refusal, locale)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/"/g, "'");
  return `OAuth "Facebook Platform" "${kind}" "${text}"`;
}

/** JSON the way Instagram prints it: slashes and everything outside ASCII escaped. */
export function graphJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\//g, '\\/')
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
