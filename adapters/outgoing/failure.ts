const TEXTS = {
  address_refused: 'Address not allowed. Use https, a public address and no credentials.',
  unresolvable: 'Host name could not be resolved.',
  timeout: 'Request timed out.',
  connection_failed: 'Connection failed, or closed before the response.',
  tls_failed: 'TLS handshake failed. Check the certificate.',
} as const;

export type OutgoingCode = keyof typeof TEXTS;
export const OUTGOING_CODES = Object.keys(TEXTS) as OutgoingCode[];

/** A request to a customer's address without a complete response. Its text contains nothing from the other side. */
export class OutgoingFailure extends Error {
  override name = 'OutgoingFailure';
  /** @param durationMs from the request to the failure */
  constructor(
    readonly code: OutgoingCode,
    readonly durationMs = 0,
  ) {
    super(TEXTS[code]);
  }
}
