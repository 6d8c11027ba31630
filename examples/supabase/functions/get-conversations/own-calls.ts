import { endpoint } from '../_shared/endpoint.ts';
import { callInstagram, nextCursor } from '../_shared/instagram.ts';

interface Conversations {
  data: { id: string; updated_time: string; participants?: { data: { id: string; username?: string }[] } }[];
  paging?: { next?: string; cursors?: { after?: string } };
}

/** `GET ?integrationId=&cursor=` → `{data: [{id, updatedAt, participants}], nextCursor}` */
export default endpoint(async (integrationId, request) => {
  const cursor = new URL(request.url).searchParams.get('cursor');
  const query = new URLSearchParams({
    platform: 'instagram',
    fields: 'id,updated_time,participants',
    ...(cursor && { after: cursor }),
  });
  const page = await callInstagram<Conversations>(integrationId, { path: `/me/conversations?${query}` });
  const data = page.data.map((row) => ({
    id: row.id,
    updatedAt: row.updated_time,
    participants: row.participants?.data ?? [],
  }));
  return { data, nextCursor: nextCursor(page.paging) };
});
