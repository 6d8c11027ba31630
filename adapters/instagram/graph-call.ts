import { type Secret } from '../../core/access/secret';
import { type GraphCall, withoutTokens } from '../../core/messaging/graph-paths';
import { type ProviderHttp } from './http';
import { UnexpectedShape, nextCursorOf } from './reading';
import { isRecord } from '../../core/is-record';
import { type InstagramSettings } from './settings';

/**
 * Makes one call of the Graph API for somebody else. What may be called is decided before.
 * @returns Instagram's answer, without tokens @throws ProviderError
 */
export async function callGraph(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  { method, path, params }: GraphCall,
): Promise<{ body: unknown; nextCursor: string | null }> {
  const { value } = await http({
    method,
    operation: method === 'GET' ? 'graph_read' : 'graph_write',
    url: `${settings.graphUrl}/${settings.graphVersion}${path}`,
    ...(method === 'GET' ? { query: { ...params } } : { form: { ...params } }),
    token,
    read: (body, skipped) => {
      if (body === undefined) throw new UnexpectedShape('body');
      const paging = isRecord(body) ? body.paging : undefined;
      return { body, nextCursor: nextCursorOf(paging, () => skipped('paging.next')) };
    },
  });
  return { ...value, body: withoutTokens(value.body, token.reveal()) };
}
