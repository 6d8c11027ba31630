import { askedFields, edge, type Endpoint } from '../call';
import { refuse } from '../errors';
import { admitReader } from '../messaging';
import { messagesEdge } from '../nodes';
import { BASIC, MESSAGING } from '../scopes';

/** The messages of one conversation, page by page. */
export const messages: Endpoint = {
  method: 'GET',
  path: '/:id/messages',
  scopes: [BASIC, MESSAGING],
  answer(call, world) {
    admitReader(world, call.account);
    const conversation = call.account.conversations.find(({ id }) => id === call.id);
    if (!conversation) throw refuse('object_missing', { method: 'get', id: call.id });
    return edge(call, messagesEdge(call, world, conversation), {
      fields: askedFields(call),
      parameters: call.parameters,
    });
  },
};
