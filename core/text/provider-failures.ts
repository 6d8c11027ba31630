import { type FailureClass } from '../lifecycle/failure';

const LABELS = {
  transient: 'Instagram unavailable',
  throttled: 'Instagram rate limit reached',
  terminal: 'token rejected by Instagram',
  owner_action: 'owner action required',
  app_level: 'app refused by Instagram',
  ambiguous: 'token not recognized by Instagram',
  call: 'request refused by Instagram',
  unreadable: 'unreadable answer from Instagram',
} as const satisfies Record<FailureClass, string>;

interface Answer {
  class: FailureClass;
  /** Instagram's code as text, `http_<status>`, `no_answer`, or `unreadable:<field>`. */
  code: string;
  subcode: number | null;
}

/** The last failure of a connection: `Last check failed: Instagram unavailable (503)`. */
export function lastFailureText(attempt: 'check' | 'refresh', answer: Answer): string {
  return `Last ${attempt} failed: ${failureText(answer)}`;
}

/** `Instagram unavailable (503)` */
export function failureText(answer: Answer): string {
  const code = answer.code === 'no_answer' ? 'no response' : answer.code.replace(/^(http_|unreadable:)/, '');
  const detail = answer.subcode === null ? code : `${code}/${answer.subcode}`;
  return `${LABELS[answer.class]} (${detail})`;
}
