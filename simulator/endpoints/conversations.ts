import { askedFields, edge, type Endpoint, requireOwnAccount } from '../graph/call';
import { conversationsOf } from '../world/conversations';
import { refuse } from '../graph/errors';
import { admitReader, isListed } from '../world/messaging';
import { CONVERSATION_DEFAULTS, CONVERSATION_FIELDS, conversationNode } from '../graph/nodes';
import { text } from '../graph/parameters';
import { BASIC, MESSAGING } from '../world/scopes';

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/conversations-api */
export const conversations: Endpoint = {
  method: 'GET',
  path: '/:id/conversations',
  scopes: [BASIC, MESSAGING],
  answer(call, world) {
    requireOwnAccount(call, 'get');
    admitReader(world, call.account);
    const platform = text(call.parameters, 'platform') ?? 'instagram';
    if (platform !== 'instagram') throw refuse('invalid_parameter');
    const customer = text(call.parameters, 'user_id');
    return edge(
      call,
      {
        path: `/${call.account.id}/conversations`,
        list: conversationsOf(call.account)
          .filter((entry) => isListed(world, entry))
          .filter(({ conversation }) => customer === undefined || conversation.customer.id === customer),
        node: ({ conversation }) => conversationNode(call, world, conversation),
        fields: CONVERSATION_FIELDS,
        defaults: CONVERSATION_DEFAULTS,
      },
      {
        fields: askedFields(call),
        parameters: call.parameters,
        filter: { platform, ...(customer !== undefined && { user_id: customer }) },
      },
    );
  },
};
