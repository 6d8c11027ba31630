import { z } from 'zod';
import { HOUR_MS } from '../clock';
import { dropOldest, LIMITS } from '../usage/limits';
import { newestFirst, type Position } from '../graph/paging';
import { type Account, type Conversation, type Message } from './state';
import { type World } from './world';

const MINUTE_MS = 60_000;

/** How many sample conversations an account starts with, or which. */
export const SampleConversations = z.union([
  z.int().min(0).max(100),
  z
    .array(
      z.strictObject({
        customer: z.string().min(1).max(64),
        /** Oldest first. */
        messages: z
          .array(
            z.strictObject({
              text: z.string().min(1).max(1_000),
              direction: z.enum(['inbound', 'outbound']).default('inbound'),
              minutesAgo: z.number().min(0).default(0),
            }),
          )
          .min(1)
          .max(1_000),
      }),
    )
    .max(100),
]);
export type SampleConversations = z.output<typeof SampleConversations>;

const SAMPLES = [
  [
    'mia.keller',
    'Hi! Is the blue one back in stock?',
    'It is, since this morning.',
    'Great, I will order it today!',
  ],
  ['tomas_v', 'Do you ship to Portugal?', 'We do. It takes about four days.', 'Perfect, thank you'],
  [
    'studio.north',
    'Could we use two of your photos in our newsletter?',
    'Gladly. Which ones?',
    'The two from last Friday',
  ],
  [
    'aylin.writes',
    'My parcel says delivered, but nothing came 😕',
    'Sorry! We are asking the carrier.',
    'It was at the neighbours!',
  ],
  ['j_okafor', 'What are your opening hours on Saturday?', '10 to 16', 'See you then'],
] as const;

export function startConversations(world: World, account: Account, samples: SampleConversations): void {
  const list = typeof samples === 'number' ? generated(samples) : samples;
  for (const { customer, messages } of list) {
    for (const { text, direction, minutesAgo } of messages) {
      const conversation = conversationWith(world, account, customer);
      conversation.sample = typeof samples === 'number';
      append(world, account, conversation, {
        direction,
        text,
        at: world.clock.now() - minutesAgo * MINUTE_MS,
      });
    }
  }
}

/** The first was active last. */
function generated(count: number): Exclude<SampleConversations, number> {
  return Array.from({ length: count }, (_, index) => {
    const [name, ...texts] = SAMPLES[index % SAMPLES.length] ?? SAMPLES[0];
    const round = Math.floor(index / SAMPLES.length);
    return {
      customer: round === 0 ? name : `${name}${round + 1}`,
      messages: texts.map((text, position) => ({
        text,
        direction: position === 1 ? ('outbound' as const) : ('inbound' as const),
        minutesAgo: ((index + 1) * HOUR_MS) / MINUTE_MS - position * 10,
      })),
    };
  });
}

/** The conversation with a customer, by id or username; begun where there is none. */
export function conversationWith(world: World, account: Account, customer?: string): Conversation {
  const known =
    customer === undefined ? conversationsOf(account)[0]?.conversation : findCustomer(account, customer);
  if (known) return known;
  const isId = /^\d{10,}$/.test(customer ?? '');
  const id = isId && customer !== undefined ? customer : `1${world.random.oddDigits(15)}`;
  const username = customer === undefined || isId ? `customer_${id.slice(-6)}` : customer;
  const conversation: Conversation = {
    id: `aWdfZAG06${world.random.text(60)}ZD`,
    customer: { id, username },
    sample: false,
    blocked: false,
    folder: 'general',
    messages: [],
  };
  account.conversations.push(conversation);
  dropOldest(account.conversations, LIMITS.conversationsPerAccount);
  return conversation;
}

export function findCustomer(account: Account, name: string): Conversation | undefined {
  const username = name.replace(/^@/, '');
  return account.conversations.find(({ customer }) => customer.id === name || customer.username === username);
}

export function append(
  world: World,
  account: Account,
  conversation: Conversation,
  { direction, text, at = world.clock.now() }: { direction: Message['direction']; text: string; at?: number },
): Message {
  const seq = ++world.state.messageSeq;
  const message: Message = {
    id: `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE${world.random.text(96)}ZD`,
    seq,
    at,
    direction,
    text,
    unsent: false,
    edits: 0,
  };
  conversation.messages.push(message);
  dropOldest(conversation.messages, LIMITS.messagesPerConversation);
  world.changed(account);
  return message;
}

/** Newest first, each by its latest message. */
export function conversationsOf(account: Account): (Position & { conversation: Conversation })[] {
  return account.conversations
    .flatMap((conversation) => {
      const latest = messagesOf(conversation)[0];
      return latest ? [{ at: latest.at, seq: latest.seq, conversation }] : [];
    })
    .sort(newestFirst);
}

/** Newest first, without those taken back. */
export const messagesOf = ({ messages }: Conversation): Message[] =>
  messages.filter(({ unsent }) => !unsent).sort(newestFirst);
