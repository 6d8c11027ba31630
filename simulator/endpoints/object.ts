import { askedFields, type Call, type Endpoint } from '../call';
import { refuse } from '../errors';
import { select } from '../fields';
import { CONVERSATION_DEFAULTS, conversationNode, MESSAGE_DEFAULTS, messageNode } from '../nodes';
import { BASIC, MESSAGING } from '../scopes';
import { requireScopes } from '../tokens';
import { accountNode } from './me';

/** Whatever has an id: the account, one of its conversations or messages. */
export const object: Endpoint = {
  method: 'GET',
  path: '/:id',
  scopes: [BASIC],
  answer: (call) => account(call) ?? conversation(call) ?? message(call) ?? missing(call),
};

function account(call: Call): object | undefined {
  if (call.id !== call.account.id) return undefined;
  return select(accountNode(call.account), askedFields(call), ['id']);
}

function conversation(call: Call): object | undefined {
  const found = call.account.conversations.find(({ id }) => id === call.id);
  if (!found) return undefined;
  requireScopes(call.token, [MESSAGING]);
  return select(conversationNode(call, found), askedFields(call), CONVERSATION_DEFAULTS);
}

function message(call: Call): object | undefined {
  for (const one of call.account.conversations) {
    const found = one.messages.find(({ id }) => id === call.id);
    if (!found) continue;
    requireScopes(call.token, [MESSAGING]);
    return select(messageNode(call.account, one, found), askedFields(call), MESSAGE_DEFAULTS);
  }
  return undefined;
}

function missing({ id }: Call): never {
  throw refuse('object_missing', { method: 'get', id });
}
