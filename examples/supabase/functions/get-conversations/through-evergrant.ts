import { endpoint } from '../_shared/endpoint.ts';
import { evergrant } from '../_shared/evergrant.ts';

/** `GET ?integrationId=&cursor=` → `{data: [{id, updatedAt, participants}], nextCursor}` */
export default endpoint((integrationId, request) => {
  const cursor = new URL(request.url).searchParams.get('cursor');
  return evergrant(integrationId, `/conversations${cursor ? `?${new URLSearchParams({ cursor })}` : ''}`);
});
