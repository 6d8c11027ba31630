import { type Endpoint, requireOwnAccount } from '../graph/call';
import { text } from '../graph/parameters';
import { BASIC } from '../world/scopes';
import { requireAccountRoom } from '../usage/usage';

const path = '/:id/subscribed_apps';

/** @see https://developers.facebook.com/documentation/instagram-platform/webhooks */
export const subscribe: Endpoint = {
  method: 'POST',
  path,
  scopes: [BASIC],
  answer(call, world) {
    requireOwnAccount(call, 'post');
    requireAccountRoom(world, call.account);
    call.account.subscribedFields = (text(call.parameters, 'subscribed_fields') ?? '')
      .split(',')
      .filter((field) => field !== '')
      .slice(0, 50);
    world.changed();
    return { success: true };
  },
};

export const subscriptions: Endpoint = {
  method: 'GET',
  path,
  scopes: [BASIC],
  answer(call, world) {
    requireOwnAccount(call, 'get');
    requireAccountRoom(world, call.account);
    const fields = call.account.subscribedFields;
    return { data: fields.length > 0 ? [{ id: world.settings.appId, subscribed_fields: fields }] : [] };
  },
};

export const unsubscribe: Endpoint = {
  method: 'DELETE',
  path,
  scopes: [BASIC],
  answer(call, world) {
    requireOwnAccount(call, 'delete');
    requireAccountRoom(world, call.account);
    call.account.subscribedFields = [];
    world.changed();
    return { success: true };
  },
};
