import { SECOND_MS } from '../core/time';

/** What one client may take of a server. Times in ms. */
export interface ServerLimits {
  /** From the first moment of a connection, or of its next request, to the end of the headers. */
  headersTimeout: number;
  /** To the end of the body. */
  requestTimeout: number;
  /** How long a connection may wait for its next request. */
  keepAliveTimeout: number;
  /** How often the two first are looked at. */
  connectionsCheckingInterval: number;
  maxRequestsPerSocket: number;
  /** Beyond these, new connections are closed at once. */
  maxConnections: number;
  /** Bytes of the request line and all headers. */
  maxHeaderSize: number;
  maxHeadersCount: number;
}

export const SERVER_LIMITS: ServerLimits = {
  headersTimeout: 10 * SECOND_MS,
  requestTimeout: 30 * SECOND_MS,
  keepAliveTimeout: 10 * SECOND_MS,
  // Node looks every 30 seconds, and until then nobody is too slow.
  connectionsCheckingInterval: SECOND_MS,
  maxRequestsPerSocket: 1_000,
  maxConnections: 2_000,
  maxHeaderSize: 16 * 1024,
  maxHeadersCount: 100,
};
