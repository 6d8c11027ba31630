import { type Endpoint, requireOwnAccount } from '../call';
import { announce } from '../callbacks/webhooks';
import { append, findCustomer } from '../conversations';
import { refuse } from '../errors';
import { object } from '../parameters';
import { BASIC, MESSAGING } from '../scopes';

const MAX_TEXT_BYTES = 1_000;

/** @see https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message */
export const send: Endpoint = {
  method: 'POST',
  path: '/:id/messages',
  scopes: [BASIC, MESSAGING],
  answer(call, world) {
    requireOwnAccount(call, 'post');
    const recipient = object(call.parameters, 'recipient')?.['id'];
    const text = object(call.parameters, 'message')?.['text'];
    if (typeof recipient !== 'string' || typeof text !== 'string' || text === '') {
      throw refuse('message_data_invalid');
    }
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw refuse('text_too_long');
    const conversation = findCustomer(call.account, recipient);
    if (conversation?.customer.id !== recipient) throw refuse('recipient_missing');
    const message = append(world, conversation, { direction: 'outbound', text });
    announce(world, call.account, conversation, message);
    return { recipient_id: recipient, message_id: message.id };
  },
};
