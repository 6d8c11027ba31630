/** The types by which workflows, ours and others', distinguish failures of activities. */
export const FAILURE_TYPES = {
  /** The token was refused or is being checked; the same call works again once that is decided. Retryable. */
  tokenRejected: 'TokenRejected',
  /** Only the account's owner can help. `details[0].reason` says why. */
  reconnectRequired: 'ReconnectRequired',
  /** There is no such integration, or it is not connected. `details[0].why` says which. */
  notConnected: 'NotConnected',
  /** Instagram refuses this very call; repeating it changes nothing. `details[0].problem` is a code of `docs/errors.md`. */
  callRefused: 'CallRefused',
  /** The message may or may not have been sent: look before sending it under another key. */
  outcomeUnknown: 'OutcomeUnknown',
  /** Another attempt with the same key is under way, or ended without a trace a moment ago. Retryable. */
  sendUnderWay: 'SendUnderWay',
  /** Retryable, after the delay that the failure carries. */
  throttled: 'Throttled',
  /** Retryable. */
  providerUnavailable: 'ProviderUnavailable',
  /** The input is not what the activity takes. `details[0].errors` lists `{field, message}`. */
  invalidRequest: 'InvalidRequest',
  /** `callInstagram` does not make this call. */
  pathNotAllowed: 'PathNotAllowed',
  /** The answer is larger than a payload may be: ask for fewer rows or fields. */
  payloadTooLarge: 'PayloadTooLarge',
  /** What was kept for a day is gone. */
  payloadExpired: 'PayloadExpired',
  /** There is no such payload of this integration, or a message in it was deleted meanwhile. */
  payloadUnknown: 'PayloadUnknown',
  /** The idempotency key was used for another message. */
  idempotencyMismatch: 'IdempotencyMismatch',
  /** Retryable; an operator has to bring the key back. */
  keyUnavailable: 'KeyUnavailable',
  /** The stored value is not what its row says: an operator has to act. */
  decryptFailed: 'DecryptFailed',
  /** The database cannot be used. Retryable. */
  storeUnavailable: 'StoreUnavailable',
  /** The worker's clock cannot be believed: another worker, or a later attempt, may do the same work. */
  clocksDiffer: 'ClocksDiffer',
} as const;
