import { askedFields, type Endpoint } from '../graph/call';
import { type Node, select } from '../graph/fields';
import { BASIC } from '../world/scopes';
import { type Account } from '../world/state';
import { requireAccountRoom } from '../usage/usage';

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/get-started */
export const me: Endpoint = {
  method: 'GET',
  path: '/me',
  scopes: [BASIC],
  answer(call, world) {
    requireAccountRoom(world, call.account);
    return select(accountNode(call.account), askedFields(call), ['id']);
  },
};

/** Every field has a value, so that a client sees what it asked for. `id` belongs to the app, `user_id` to the account: calls and webhooks name the latter. */
export function accountNode(account: Account): Node {
  return {
    id: account.appScopedId,
    user_id: account.id,
    username: account.username,
    name: account.name,
    account_type: account.accountType,
    profile_picture_url: `https://scontent.cdninstagram.com/v/${account.id}.jpg`,
    biography: `This is @${account.username}.`,
    website: `https://${account.username.replaceAll(/[^a-z0-9]/gi, '-')}.example/`,
    followers_count: 0,
    follows_count: 0,
    media_count: 0,
  };
}
