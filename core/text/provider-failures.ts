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
  /** HTTP status; null: none came, absent: it is not kept. */
  status?: number | null;
}

/**
 * The last failure of a connection: `Last check failed: Instagram unavailable (503)`. Of a server's failure the status
 * says more than the code in its body, which is the same for all.
 */
export function lastFailureText(attempt: 'check' | 'refresh', answer: Answer): string {
  return `Last ${attempt} failed: ${failureText(answer)}`;
}

/** `Instagram unavailable (503)` */
export function failureText(answer: Answer): string {
  return `${LABELS[answer.class]} (${detailOf(answer)})`;
}

function detailOf({ class: kind, code, subcode, status = null }: Answer): string {
  if (kind === 'transient' && status !== null && status >= 500) return String(status);
  if (code === 'no_answer') return 'no response';
  const text = code.replace(/^(http_|unreadable:)/, '');
  return subcode === null ? text : `${text}/${subcode}`;
}
