import { askedFields, edge, type Endpoint } from '../graph/call';
import { refuse } from '../graph/errors';
import { admitReader } from '../world/messaging';
import { messagesEdge } from '../graph/nodes';
import { BASIC, MESSAGING } from '../world/scopes';

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
