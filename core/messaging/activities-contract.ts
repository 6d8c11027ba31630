import { HEARTBEAT_TIMEOUT, INSTAGRAM_TASK_QUEUE } from '../names';
import { type SentMessage } from './send';

/**
 * The activities that workflows of other programs may call, on the task queue `evergrant-instagram` of Evergrant's
 * namespace. Inputs and outputs are plain JSON: from Python, Go or Java they are called by name with one object.
 * Optional fields may be left out or null. Failures have the types of `FAILURE_TYPES`; those that a retry cannot cure are
 * not retried. A token that Instagram refuses (190, 102) is reported to the integration's lifecycle, and the activity
 * fails retryably: the next attempt uses the token as it is then.
 *
 * ```ts
 * const evergrant = proxyActivities<EvergrantActivities>(MESSAGING_ACTIVITY_OPTIONS);
 * ```
 * @see docs/temporal.md
 */
export interface EvergrantActivities {
  /** The account as Instagram knows it now: public data, returned as it is. */
  getAccount(input: AccountInput): Promise<AccountProfile>;
  /** One page of conversations, newest first, as a reference. */
  listConversations(input: ConversationsInput): Promise<RowsReference>;
  /** One page of a conversation's messages, newest first, as a reference. */
  listMessages(input: MessagesInput): Promise<RowsReference>;
  /**
   * Sends one text, once per `idempotencyKey`: attempts and workflows that repeat it receive the first one's result.
   * Without an answer from Instagram the conversation is looked at before anything is sent again.
   */
  sendMessage(input: NewMessageInput): Promise<SentMessage>;
  /** One call of the Graph API from the list in `core/messaging/graph-paths.ts`. Its answer is kept as a reference. */
  callInstagram(input: GraphCallInput): Promise<PayloadReference>;
  /**
   * Opens a reference. Its result becomes part of the calling workflow's Event History, in plain text: read
   * `GET /v1/integrations/{id}/payloads/{payloadId}` from an activity of yours where that must not be.
   */
  readPayload(input: PayloadInput): Promise<OpenedPayload>;
}

/**
 * Options for `proxyActivities`. One attempt ends within a minute, and a worker that dies is noticed in 8 seconds. Ten
 * minutes cover a recovery and short throttling; a workflow that may wait out an outage gives more.
 * @see https://docs.temporal.io/develop/typescript/activities/timeouts
 */
export const MESSAGING_ACTIVITY_OPTIONS = {
  taskQueue: INSTAGRAM_TASK_QUEUE,
  startToCloseTimeout: '60s',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
} as const;

export interface AccountInput {
  /** `int_…` */
  integrationId: string;
}

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/get-started */
export interface AccountProfile {
  /** The professional account's id, as in webhooks and conversations. */
  id: string;
  username: string | null;
  name: string | null;
  /** `BUSINESS` or `MEDIA_CREATOR`. */
  accountType: string | null;
  profilePictureUrl: string | null;
  followersCount: number | null;
  followsCount: number | null;
  mediaCount: number | null;
}

/** @see https://developers.facebook.com/documentation/instagram-platform/conversations-api */
export interface ConversationsInput {
  integrationId: string;
  /** `nextCursor` of the page before; none: the first page. */
  cursor?: string | null;
  /** Rows, 1 to 100; 25 unless given. Instagram may give fewer. */
  limit?: number | null;
}

export interface MessagesInput extends ConversationsInput {
  conversationId: string;
}

/** What an activity fetched and keeps encrypted for a day. No text is in it. */
export interface PayloadReference {
  /** `txt_…`, for `readPayload`. */
  payloadId: string;
  /** When it is removed, ISO 8601. */
  expiresAt: string;
  /** Where the next page begins; null: this was the last one, or there are no pages. */
  nextCursor: string | null;
}

export interface RowsReference extends PayloadReference {
  /** Rows of the page. */
  count: number;
}

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/messaging-api */
export interface NewMessageInput {
  integrationId: string;
  /** Instagram-scoped ID of the recipient, digits. */
  recipientId: string;
  /** At most 1,000 bytes of UTF-8. It becomes part of the workflow's Event History; `payloadId` does not. */
  text?: string | null;
  /** Instead of `text`: a text that was stored by `POST /v1/integrations/{id}/payloads`. */
  payloadId?: string | null;
  /** Extends the messaging window from 24 hours to 7 days, for replies by a person. */
  tag?: 'HUMAN_AGENT' | null;
  /** 1 to 255 characters, the same for each repetition of this message; kept 7 days. HTTP's Idempotency-Keys are the same ones. */
  idempotencyKey: string;
}

export interface GraphCallInput {
  integrationId: string;
  /** `GET` unless given. */
  method?: 'GET' | 'POST' | null;
  /** Below the Graph host and version, without parameters: `/me/media`. */
  path: string;
  /** Query of a GET, form of a POST. Objects and lists are sent as JSON. */
  params?: Record<string, GraphParameter> | null;
}

export type GraphParameter = string | number | boolean | null | object;

export interface PayloadInput {
  integrationId: string;
  /** As an activity returned it for the same integration. */
  payloadId: string;
}

/** What a reference refers to; at most 1,000,000 bytes of JSON. */
export type OpenedPayload =
  | { purpose: 'conversations'; data: ConversationRow[] }
  | { purpose: 'messages'; data: MessageRow[] }
  /** Instagram's answer, without tokens. */
  | { purpose: 'call'; data: unknown };

export interface Person {
  /** Instagram-scoped ID, or the account's own; null: Instagram gives none. */
  id: string | null;
  username: string | null;
}

export interface ConversationRow {
  /** Null: this row could not be read. */
  id: string | null;
  /** When the last message was sent, ISO 8601. */
  updatedAt: string | null;
  participants: Person[];
  /** This row could not be read. */
  unavailable?: boolean;
}

export interface MessageRow {
  /** Null: this row could not be read. */
  id: string | null;
  /** ISO 8601. */
  createdAt: string | null;
  from: Person | null;
  to: Person[];
  /** Null: none, or not available. */
  text: string | null;
  /** As Instagram gives them; shared posts and stories as `{type, payload}`. */
  attachments?: unknown[];
  /** Of a kind that Instagram shows only in its own app. */
  unsupported?: boolean;
  /** Instagram gives no details of it any more, or none that can be read. */
  unavailable?: boolean;
}

export const READABLE_PURPOSES = [
  'conversations',
  'messages',
  'call',
] as const satisfies OpenedPayload['purpose'][];
