import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type ProviderHttp } from './http';
import { idText, objectReader, optional } from './reading';
import { type InstagramSettings } from './settings';

export interface Account {
  /** The professional account's id: what webhooks and the inbox know it by. */
  id: string;
  /** The id that Instagram gives this app alone. */
  scopedId: string | null;
  /** Null where Instagram's answer has none that can be read. */
  username: string | null;
}

const me = z.object({ user_id: idText, id: optional(idText), username: optional(z.string().min(1)) });

/**
 * Asks Instagram whose token this is: the probe that distinguishes a working token from a dead one.
 * @throws ProviderError
 */
export async function probe(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
): Promise<Account> {
  const { value } = await http({
    method: 'GET',
    operation: 'probe',
    url: `${settings.graphUrl}/${settings.graphVersion}/me`,
    query: { fields: 'id,user_id,username' },
    token,
    read: objectReader(me),
  });
  return { id: value.user_id, scopedId: value.id ?? null, username: value.username ?? null };
}
