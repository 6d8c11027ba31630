import { askedFields, type Call, type Endpoint } from '../graph/call';
import { refuse } from '../graph/errors';
import { select } from '../graph/fields';
import { admitReader, detailedIds } from '../world/messaging';
import { CONVERSATION_DEFAULTS, conversationNode, MESSAGE_DEFAULTS, messageNode } from '../graph/nodes';
import { BASIC, MESSAGING } from '../world/scopes';
import { requireScopes } from '../world/tokens';
import { requireAccountRoom } from '../usage/usage';
import { type World } from '../world/world';
import { accountNode } from './me';

/** Whatever has an id: the account, one of its conversations or messages. */
export const object: Endpoint = {
  method: 'GET',
  path: '/:id',
  scopes: [BASIC],
  answer: (call, world) =>
    account(call, world) ?? conversation(call, world) ?? message(call, world) ?? missing(call, world),
};

function account(call: Call, world: World): object | undefined {
  if (call.id !== call.account.id) return undefined;
  requireAccountRoom(world, call.account);
  return select(accountNode(call.account), askedFields(call), ['id']);
}

function conversation(call: Call, world: World): object | undefined {
  const found = call.account.conversations.find(({ id }) => id === call.id);
  if (!found) return undefined;
  requireScopes(call.token, [MESSAGING]);
  admitReader(world, call.account);
  return select(conversationNode(call, world, found), askedFields(call), CONVERSATION_DEFAULTS);
}

function message(call: Call, world: World): object | undefined {
  for (const one of call.account.conversations) {
    const found = one.messages.find(({ id }) => id === call.id);
    if (!found) continue;
    requireScopes(call.token, [MESSAGING]);
    admitReader(world, call.account);
    if (!detailedIds(one).has(found.id)) throw refuse('message_deleted');
    return select(messageNode(call.account, one, found), askedFields(call), MESSAGE_DEFAULTS);
  }
  return undefined;
}

function missing({ id, account: own }: Call, world: World): never {
  requireAccountRoom(world, own);
  throw refuse('object_missing', { method: 'get', id });
}
