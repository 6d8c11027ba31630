/** A wanted message as it is kept sealed; only its reference travels. */
export interface OutgoingMessage {
  recipientId: string;
  text: string;
  tag: 'HUMAN_AGENT' | null;
}

export interface SentMessage {
  messageId: string;
  recipientId: string;
}

/** Input of the `sendMessage` workflow. The texts stay behind `payloadId`. */
export interface SendMessageInput {
  integrationId: string;
  /** Hex SHA-256 of the Idempotency-Key. */
  keyDigest: string;
  payloadId: string;
}

/** How a send ended, by the words of `docs/errors.md`. */
export type SendResult = { sent: SentMessage } | { problem: { code: string; detail: string } };

/** What a sealed wanted message is kept as. */
export const OUTGOING_MESSAGE = 'wanted-message';
