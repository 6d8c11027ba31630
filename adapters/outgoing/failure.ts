const TEXTS = {
  address_refused:
    'This address is not one that may be called: https to a public address, without credentials.',
  unresolvable: 'The name of the host could not be resolved.',
  timeout: 'There was no complete answer in time.',
  connection_failed: 'No connection was made, or it ended before the answer.',
  tls_failed: 'The TLS certificate was not accepted, or no TLS was spoken.',
} as const;

export type OutgoingCode = keyof typeof TEXTS;
export const OUTGOING_CODES = Object.keys(TEXTS) as OutgoingCode[];

/** A request to a customer's address that has no answer. Its text holds nothing of what the other side said. */
export class OutgoingFailure extends Error {
  override name = 'OutgoingFailure';
  /** @param durationMs how long it was tried */
  constructor(
    readonly code: OutgoingCode,
    readonly durationMs = 0,
  ) {
    super(TEXTS[code]);
  }
}
