import { endpoint } from '../_shared/endpoint.ts';
import { evergrant } from '../_shared/evergrant.ts';

/** `GET ?integrationId=&conversationId=&cursor=` → `{data: [{id, createdAt, from, to, text}], nextCursor}` */
export default endpoint((integrationId, request) => {
  const query = new URL(request.url).searchParams;
  const conversationId = encodeURIComponent(query.get('conversationId') ?? '');
  const cursor = query.get('cursor');
  return evergrant(
    integrationId,
    `/conversations/${conversationId}/messages${cursor ? `?${new URLSearchParams({ cursor })}` : ''}`,
  );
});
