/** A message to send. It is stored encrypted; workflows carry only a reference. */
export interface OutgoingMessage {
  recipientId: string;
  text: string;
  tag: 'HUMAN_AGENT' | null;
}

export interface SentMessage {
  messageId: string;
  recipientId: string;
}

/** Input of the `sendMessage` workflow. `payloadId` refers to the text. */
export interface SendMessageInput {
  integrationId: string;
  /** Hex SHA-256 of the Idempotency-Key. */
  keyDigest: string;
  payloadId: string;
}

/** The result of a send. Codes as in `docs/errors.md`. */
export type SendResult = { sent: SentMessage } | { problem: { code: string; detail: string } };

/** How a send ends that nobody can tell the outcome of. */
export const OUTCOME_UNKNOWN = {
  code: 'outcome_unknown',
  detail: 'Instagram did not say whether the message arrived. Look before sending it again.',
};

/** The encryption purpose of a stored message. */
export const OUTGOING_MESSAGE = 'wanted-message';
/** That of a text which was stored to be sent by reference. */
export const OUTGOING_TEXT = 'outgoing-text';
