import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type ProviderHttp } from './http';
import { ProviderError } from './provider-error';
import { type InstagramSettings } from './settings';

export interface Account {
  /** The professional account's id: what webhooks and the inbox know it by. */
  id: string;
  /** The id that Instagram gives this app alone. */
  scopedId: string | null;
  username: string;
}

const id = z.union([z.string(), z.number()]).transform(String);
const me = z.object({ user_id: id, id: id.optional(), username: z.string().min(1) });

/**
 * Asks Instagram whose token this is: the probe that distinguishes a working token from a dead one.
 * @throws ProviderError
 */
export async function probe(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
): Promise<Account> {
  const { body } = await http({
    method: 'GET',
    operation: 'probe',
    url: `${settings.graphUrl}/${settings.graphVersion}/me`,
    query: { fields: 'user_id,username' },
    token,
  });
  const parsed = me.safeParse(body);
  if (!parsed.success) throw ProviderError.unreadable('probe', 200);
  return { id: parsed.data.user_id, scopedId: parsed.data.id ?? null, username: parsed.data.username };
}
