import { SECOND_MS } from '../clock';
import { type Outgoing } from './delivery';

/** How long a receiver has to answer, in real time. */
const ANSWER_WITHIN_MS = 5 * SECOND_MS;
const ANSWER_CHARACTERS = 10_000;

export interface Answer {
  /** `null` where none came. */
  status: number | null;
  text: string;
  error?: string;
}

/** Puts one attempt on the wire. Never throws: no answer is an answer too. */
export async function post(
  { method, url, headers, body }: Outgoing,
  closing: AbortSignal,
  answerWithinMs = ANSWER_WITHIN_MS,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(method === 'POST' && { body }),
      // A redirect could lead off this machine.
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(answerWithinMs)]),
    });
    return { status: response.status, text: (await response.text()).slice(0, ANSWER_CHARACTERS) };
  } catch (error) {
    return { status: null, text: '', error: reason(error) };
  }
}

function reason(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return 'no answer in time';
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code ?? message;
}
