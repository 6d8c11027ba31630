import { askedFields, edge, type Endpoint, requireOwnAccount } from '../call';
import { conversationsOf } from '../conversations';
import { refuse } from '../errors';
import { admitReader, isListed } from '../messaging';
import { CONVERSATION_DEFAULTS, CONVERSATION_FIELDS, conversationNode } from '../nodes';
import { text } from '../parameters';
import { BASIC, MESSAGING } from '../scopes';

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
