import { WEBHOOK_FIELDS } from '../callbacks/items';
import { type Endpoint, requireOwnAccount } from '../graph/call';
import { refuse } from '../graph/errors';
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
    call.account.subscribedFields = fieldsIn(text(call.parameters, 'subscribed_fields') ?? '');
    world.changed(call.account);
    return { success: true };
  },
};

/** One field that does not exist refuses all of them. */
function fieldsIn(list: string): string[] {
  const fields = list.split(',').filter((field) => field !== '');
  const index = fields.findIndex((field) => !(WEBHOOK_FIELDS as readonly string[]).includes(field));
  if (index !== -1)
    throw refuse('unknown_webhook_field', { index: String(index), fields: WEBHOOK_FIELDS.join(', ') });
  return [...new Set(fields)];
}

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
    world.changed(call.account);
    return { success: true };
  },
};
