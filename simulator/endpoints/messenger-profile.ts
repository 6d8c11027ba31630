import { type Endpoint, requireOwnAccount } from '../graph/call';
import { refuse } from '../graph/errors';
import { list, text } from '../graph/parameters';
import { BASIC, MESSAGING } from '../world/scopes';
import { requireMessaging } from '../world/messaging';
import { requireAccountRoom } from '../usage/usage';

const path = '/:id/messenger_profile';
const scopes = [BASIC, MESSAGING];
const PROPERTIES = ['ice_breakers', 'persistent_menu'] as const;

/**
 * What a new conversation offers. Each property that is given replaces what was there.
 * @see https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/ice-breakers
 */
export const setMessengerProfile: Endpoint = {
  method: 'POST',
  path,
  scopes,
  answer(call, world) {
    requireOwnAccount(call, 'post');
    requireMessaging(call.account);
    requireAccountRoom(world, call.account);
    const given = PROPERTIES.filter((name) => name in call.parameters).map((name) => {
      const value = list(call.parameters, name);
      if (!value) throw refuse('invalid_parameter');
      return [name, value] as const;
    });
    if (given.length === 0) throw refuse('invalid_parameter');
    call.account.messengerProfile = { ...call.account.messengerProfile, ...Object.fromEntries(given) };
    world.changed(call.account);
    return { result: 'success' };
  },
};

export const messengerProfile: Endpoint = {
  method: 'GET',
  path,
  scopes,
  answer(call, world) {
    requireOwnAccount(call, 'get');
    requireMessaging(call.account);
    requireAccountRoom(world, call.account);
    const fields = text(call.parameters, 'fields')?.split(',') ?? [];
    const asked = Object.entries(call.account.messengerProfile).filter(([name]) => fields.includes(name));
    return { data: asked.length > 0 ? [Object.fromEntries(asked)] : [] };
  },
};
