import { endpoint } from '../_shared/endpoint.ts';
import { callInstagram, nextCursor } from '../_shared/instagram.ts';
import { Refusal } from '../_shared/refusal.ts';

interface Person {
  id: string;
  username?: string;
}
interface Conversation {
  messages?: {
    data: { id: string; created_time: string; from?: Person; to?: { data: Person[] }; message?: string }[];
    paging?: { next?: string; cursors?: { after?: string } };
  };
}

/** `GET ?integrationId=&conversationId=&cursor=` → `{data: [{id, createdAt, from, to, text}], nextCursor}` */
export default endpoint(async (integrationId, request) => {
  const query = new URL(request.url).searchParams;
  const conversationId = query.get('conversationId');
  if (!conversationId) throw new Refusal(400, { code: 'invalid_request', text: 'conversationId is missing' });
  const cursor = query.get('cursor') ?? '';
  // It goes into Instagram's field syntax, so nothing but a cursor may.
  if (!/^[\w=-]*$/.test(cursor)) throw new Refusal(400, { code: 'invalid_request', text: 'not a cursor' });
  const fields = `messages${cursor && `.after(${cursor})`}{id,created_time,from,to,message}`;
  const { messages } = await callInstagram<Conversation>(integrationId, {
    path: `/${encodeURIComponent(conversationId)}?${new URLSearchParams({ fields })}`,
  });
  const data = (messages?.data ?? []).map((row) => ({
    id: row.id,
    createdAt: row.created_time,
    from: row.from ?? null,
    to: row.to?.data ?? [],
    text: row.message ?? null,
  }));
  return { data, nextCursor: nextCursor(messages?.paging) };
});
