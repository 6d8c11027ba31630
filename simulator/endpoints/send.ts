import { announce } from '../callbacks/webhooks';
import { type Call, type Endpoint, requireOwnAccount } from '../graph/call';
import { append, findCustomer } from '../world/conversations';
import { refuse } from '../graph/errors';
import { requireMessaging, requireWindow } from '../world/messaging';
import { object, text } from '../graph/parameters';
import { BASIC, MESSAGING } from '../world/scopes';
import { requireAccountRoom } from '../usage/usage';
import { type World } from '../world/world';

const MAX_TEXT_BYTES = 1_000;

/** @see https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message */
export const send: Endpoint = {
  method: 'POST',
  path: '/:id/messages',
  scopes: [BASIC, MESSAGING],
  answer(call, world) {
    const { account } = call;
    requireOwnAccount(call, 'post');
    requireMessaging(account);
    if ('sender_action' in call.parameters) return showAction(call, world);
    world.rates.count(account, 'sends');
    const { recipient, words } = readMessage(call);
    const conversation = findCustomer(account, recipient);
    if (conversation?.customer.id !== recipient) throw refuse('recipient_missing');
    if (conversation.blocked) throw refuse('person_unavailable');
    requireWindow(world, account, conversation, isFromHumanAgent(call));
    // Who answers a request accepts it.
    conversation.folder = 'general';
    const message = append(world, call.account, conversation, { direction: 'outbound', text: words });
    announce(world, account, conversation, message);
    return { recipient_id: recipient, message_id: message.id };
  },
};

const ACTIONS = ['typing_on', 'typing_off', 'mark_seen'];

/**
 * Typing and seen: what the other side would see for a moment, and nobody sees here.
 * @see https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/sender-actions
 */
function showAction({ account, parameters }: Call, world: World): object {
  requireAccountRoom(world, account);
  const recipient = object(parameters, 'recipient')?.['id'];
  const isKnown = ACTIONS.includes(text(parameters, 'sender_action') ?? '');
  if (typeof recipient !== 'string' || !isKnown || 'message' in parameters)
    throw refuse('message_data_invalid');
  const conversation = findCustomer(account, recipient);
  if (conversation?.customer.id !== recipient) throw refuse('recipient_missing');
  if (conversation.blocked) throw refuse('person_unavailable');
  return { recipient_id: recipient };
}

function readMessage({ parameters }: Call): { recipient: string; words: string } {
  const recipient = object(parameters, 'recipient')?.['id'];
  const words = object(parameters, 'message')?.['text'];
  if (typeof recipient !== 'string' || typeof words !== 'string' || words === '') {
    throw refuse('message_data_invalid');
  }
  if (Buffer.byteLength(words) > MAX_TEXT_BYTES) throw refuse('text_too_long');
  return { recipient, words };
}

const isFromHumanAgent = ({ parameters }: Call): boolean =>
  text(parameters, 'messaging_type') === 'MESSAGE_TAG' && text(parameters, 'tag') === 'HUMAN_AGENT';
