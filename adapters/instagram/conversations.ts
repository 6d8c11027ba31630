import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type ProviderHttp } from './http';
import { type Page, askForLess } from './pages';
import { idText, optional, readRows } from './reading';
import { type InstagramSettings } from './settings';

export interface Participant {
  /** Null where Instagram gives none: a person who deleted the account, for example. */
  id: string | null;
  username: string | null;
}

export interface Conversation {
  /** Null: the row could not be read at all. */
  id: string | null;
  /** Epoch ms. */
  updatedAt: number | null;
  participants: Participant[];
  /** Instagram answered this row in a form that cannot be read. */
  unavailable: boolean;
}

export const participant = z
  .object({ id: optional(idText), username: optional(z.string()) })
  .transform(({ id, username }): Participant => ({ id: id ?? null, username: username ?? null }));
/** `{data: [person, …]}`, of which those that can be read are kept. */
export const people = optional(z.object({ data: z.array(participant.nullable().catch(null)) })).transform(
  (list) => list?.data.filter((one) => one !== null && (one.id !== null || one.username !== null)) ?? [],
) as z.ZodType<Participant[]>;
/** Instagram's `2026-04-05T05:27:08+0000`, or seconds since 1970, as epoch ms. */
export const instant = optional(z.union([z.string(), z.number()])).transform((time): number | null => {
  const at = /^\d+$/.test(String(time)) ? Number(time) * 1000 : Date.parse(String(time));
  return Number.isNaN(new Date(at).getTime()) ? null : at;
});

const conversation = z.object({ id: idText, updated_time: instant, participants: people });

/** One page of the account's conversations. @param userId only those with this person @throws ProviderError */
export async function listConversations(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  page: { cursor: string | null; limit: number; userId?: string },
): Promise<Page<Conversation>> {
  const { value } = await askForLess(page.limit, (limit) =>
    http({
      method: 'GET',
      operation: 'list_conversations',
      url: `${settings.graphUrl}/${settings.graphVersion}/me/conversations`,
      query: {
        platform: 'instagram',
        fields: 'id,updated_time,participants',
        limit: String(limit),
        ...(page.cursor !== null && { after: page.cursor }),
        ...(page.userId !== undefined && { user_id: page.userId }),
      },
      token,
      read: (body, skipped) => readRows(body, conversation, 'data', skipped),
    }),
  );
  const data = value.rows.map((row): Conversation => {
    if (!row) return { id: null, updatedAt: null, participants: [], unavailable: true };
    const { id, updated_time: updatedAt, participants } = row;
    return { id, updatedAt, participants, unavailable: false };
  });
  return { data, nextCursor: value.nextCursor };
}
