import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type AccountProfile } from '../../core/messaging/activities-contract';
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

const words = optional(z.string().min(1));
const count = optional(z.number().int().min(0));
const profile = z.object({
  user_id: idText,
  username: words,
  name: words,
  account_type: words,
  profile_picture_url: words,
  followers_count: count,
  follows_count: count,
  media_count: count,
});

/**
 * What Instagram shows of the account.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/get-started
 * @throws ProviderError
 */
export async function readProfile(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
): Promise<AccountProfile> {
  const { value } = await http({
    method: 'GET',
    operation: 'read_profile',
    url: `${settings.graphUrl}/${settings.graphVersion}/me`,
    query: { fields: Object.keys(profile.shape).join(',') },
    token,
    read: objectReader(profile),
  });
  return {
    id: value.user_id,
    username: value.username ?? null,
    name: value.name ?? null,
    accountType: value.account_type ?? null,
    profilePictureUrl: value.profile_picture_url ?? null,
    followersCount: value.followers_count ?? null,
    followsCount: value.follows_count ?? null,
    mediaCount: value.media_count ?? null,
  };
}
