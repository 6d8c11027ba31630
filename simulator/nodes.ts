import { type Call, edge, type Edge } from './call';
import { messagesOf } from './conversations';
import { graphDate } from './dates';
import { type Field, type Node, people, person } from './fields';
import { type Account, type Conversation, type Message } from './state';

export const CONVERSATION_FIELDS = ['id', 'updated_time', 'participants', 'messages'];
export const CONVERSATION_DEFAULTS = ['id', 'updated_time'];
const MESSAGE_TEXT_FIELDS = ['id', 'created_time', 'from', 'to', 'message'];
/** Known, but never there: messages of a sandbox are plain text. */
const MESSAGE_OTHER_FIELDS = ['attachments', 'is_unsupported', 'reactions', 'reply_to', 'shares', 'story'];
export const MESSAGE_DEFAULTS = ['id', 'created_time'];

const self = ({ username, id }: Account) => ({ username, id });

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/conversations-api */
export function conversationNode(call: Call, conversation: Conversation): Node {
  return {
    id: conversation.id,
    updated_time: graphDate(messagesOf(conversation)[0]?.at ?? 0),
    participants: people([self(call.account), conversation.customer]),
    messages: (field: Field) =>
      edge(call, messagesEdge(call, conversation), { fields: field.fields, parameters: field.modifiers }),
  };
}

export function messagesEdge({ account }: Call, conversation: Conversation): Edge<Message> {
  return {
    path: `/${conversation.id}/messages`,
    list: messagesOf(conversation),
    node: (message) => messageNode(account, conversation, message),
    fields: [...MESSAGE_TEXT_FIELDS, ...MESSAGE_OTHER_FIELDS],
    defaults: MESSAGE_DEFAULTS,
  };
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
