import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type ProviderHttp } from './http';
import { ProviderError } from './provider-error';
import { type InstagramSettings } from './settings';

export interface Participant {
  id: string;
  username: string | null;
}

export interface Conversation {
  id: string;
  /** Epoch ms. */
  updatedAt: number | null;
  participants: Participant[];
}

export interface Page<T> {
  data: T[];
  /** An opaque position, never a URL: those that Instagram gives carry the token. */
  nextCursor: string | null;
}

const id = z.union([z.string(), z.number()]).transform(String);
export const participant = z
  .object({ id, username: z.string().optional() })
  .transform((p): Participant => ({ id: p.id, username: p.username ?? null }));
export const paging = z
  .object({ cursors: z.object({ after: z.string().optional() }).optional(), next: z.unknown().optional() })
  .optional()
  // Only the absence of `next` means the last page.
  .transform((p) => (p?.next !== undefined ? (p.cursors?.after ?? null) : null));

const conversation = z.object({
  id,
  updated_time: z.union([z.string(), z.number()]).optional(),
  participants: z.object({ data: z.array(participant) }).optional(),
});
const list = z.object({ data: z.array(conversation), paging });

/** One page of the account's conversations. @param userId only those with this person @throws ProviderError */
export async function listConversations(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  page: { cursor: string | null; limit: number; userId?: string },
): Promise<Page<Conversation>> {
  const { body } = await http({
    method: 'GET',
    operation: 'list_conversations',
    url: `${settings.graphUrl}/${settings.graphVersion}/me/conversations`,
    query: {
      platform: 'instagram',
      fields: 'id,updated_time,participants',
      limit: String(page.limit),
      ...(page.cursor !== null && { after: page.cursor }),
      ...(page.userId !== undefined && { user_id: page.userId }),
    },
    token,
  });
  const parsed = list.safeParse(body);
  if (!parsed.success) throw ProviderError.unreadable('list_conversations', 200);
  return {
    data: parsed.data.data.map((c) => ({
      id: c.id,
      updatedAt: instantOf(c.updated_time),
      participants: c.participants?.data ?? [],
    })),
    nextCursor: parsed.data.paging,
  };
}

/** Instagram's `2026-04-05T05:27:08+0000`, or seconds since 1970, as epoch ms. */
export function instantOf(time: string | number | undefined): number | null {
  if (time === undefined) return null;
  const at = /^\d+$/.test(String(time)) ? Number(time) * 1000 : Date.parse(String(time));
  return Number.isNaN(at) ? null : at;
}
