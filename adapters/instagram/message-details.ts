import { z } from 'zod';
import { instant, participant, people } from './conversations';
import { ProviderError } from './provider-error';
import { idText, optional } from './reading';

const FIELDS = 'id,created_time,from,to,message,attachments';
/** Not known to every version of the API. */
const NEWER_FIELDS = 'shares,story,is_unsupported';

const list = optional(z.object({ data: z.array(z.unknown()) })).transform((found) => found?.data ?? []);
const part = optional(z.record(z.string(), z.unknown()));

/**
 * A message with its details, by itself or as a row of a list.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/conversations-api
 */
export const messageDetails = z.object({
  id: idText,
  created_time: instant,
  from: optional(participant),
  to: people,
  message: optional(z.string()),
  attachments: list,
  shares: list,
  story: optional(z.object({ mention: part, reply_to: part })),
  is_unsupported: optional(z.boolean()),
});
export type MessageDetails = z.output<typeof messageDetails>;

/** Asks for all details, and without the newer ones where a version of the API refuses them. */
export async function askForDetails<T>(ask: (fields: string) => Promise<T>): Promise<T> {
  try {
    return await ask(`${FIELDS},${NEWER_FIELDS}`);
  } catch (error) {
    if (error instanceof ProviderError && error.failure.problem === 'rejected') return ask(FIELDS);
    throw error;
  }
}
