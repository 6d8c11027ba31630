import { type Call, edge, type Edge } from './call';
import { messagesOf } from '../world/conversations';
import { graphDate } from './dates';
import { refuse } from './errors';
import { type Field, type Node, people, person } from './fields';
import { detailedIds } from '../world/messaging';
import { type Account, type Conversation, type Message, type Mode } from '../world/state';
import { type World } from '../world/world';

export const CONVERSATION_FIELDS = ['id', 'updated_time', 'participants', 'messages'];
export const CONVERSATION_DEFAULTS = ['id', 'updated_time'];
const MESSAGE_TEXT_FIELDS = ['id', 'created_time', 'from', 'to', 'message'];
/** Known, but never there: messages of a sandbox are plain text. */
const MESSAGE_OTHER_FIELDS = ['attachments', 'is_unsupported', 'reactions', 'reply_to', 'shares', 'story'];
export const MESSAGE_DEFAULTS = ['id', 'created_time'];

const self = ({ username, id }: Account) => ({ username, id });

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/conversations-api */
export function conversationNode(call: Call, world: World, conversation: Conversation): Node {
  return {
    id: conversation.id,
    updated_time: graphDate(messagesOf(conversation)[0]?.at ?? 0),
    participants: people([self(call.account), conversation.customer]),
    messages: (field: Field) =>
      edge(call, messagesEdge(call, world, conversation), {
        fields: field.fields,
        parameters: field.modifiers,
      }),
  };
}

export function messagesEdge({ account }: Call, { state }: World, conversation: Conversation): Edge<Message> {
  const detailed = detailedIds(conversation);
  return {
    path: `/${conversation.id}/messages`,
    list: messagesOf(conversation),
    node(message) {
      const node = messageNode(account, conversation, message);
      return detailed.has(message.id) ? node : withoutDetails(node, state.mode.oldMessages);
    },
    fields: [...MESSAGE_TEXT_FIELDS, ...MESSAGE_OTHER_FIELDS],
    defaults: MESSAGE_DEFAULTS,
  };
}

/** What a list shows of a message that is too old to be requested alone. */
function withoutDetails(node: Node, oldMessages: Mode['oldMessages']): Node {
  if (oldMessages === 'full') return node;
  const detail = () => {
    if (oldMessages === 'refused') throw refuse('message_deleted');
    return undefined;
  };
  const bare = Object.keys(node).map((name) => [name, detail]);
  return { ...Object.fromEntries(bare), id: node.id, created_time: node['created_time'] };
}

export function messageNode(account: Account, { customer }: Conversation, message: Message): Node {
  const inbound = message.direction === 'inbound';
  return {
    id: message.id,
    created_time: graphDate(message.at),
    from: person(inbound ? customer : self(account)),
    to: people([inbound ? self(account) : customer]),
    message: message.text,
    ...Object.fromEntries(MESSAGE_OTHER_FIELDS.map((name) => [name, undefined])),
  };
}
