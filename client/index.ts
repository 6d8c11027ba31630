/** `evergrant-client`: Evergrant's HTTP API. For Temporal see `evergrant-client/temporal`. */
export { type Api } from './api';
export {
  type Conversation,
  type EvergrantClient,
  type Integration,
  type Message,
  type Recovery,
  createEvergrantClient,
} from './evergrant-client';
export {
  EvergrantError,
  ReconnectRequiredError,
  TokenRejectedError,
  WebhookVerificationError,
} from './errors';
export { type components, type operations, type paths } from './openapi.js';
export { type List, type Page } from './paging';
export { type Token } from './token-cache';
export { type TransportOptions } from './transport';
export { type WebhookEvent, verifyWebhook } from './webhooks';
export { type RejectionReport } from './with-token';
