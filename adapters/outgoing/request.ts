import { type LookupAddress } from 'node:dns';
import {
  type ClientRequest,
  type IncomingMessage,
  Agent as HttpAgent,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type Socket } from 'node:net';
import { OutgoingFailure } from './failure';
import { pinnedTo } from './resolve';

/** More of an answer is not read; nothing of it is used. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** How long one of several addresses may take to accept before the next is tried. */
const ATTEMPT_MS = 1_000;
// Agents of their own: the global ones may carry a proxy of the environment, and connections kept from elsewhere.
const connection = { keepAlive: false, autoSelectFamilyAttemptTimeout: ATTEMPT_MS };
const plainAgent = new HttpAgent(connection);
const tlsAgent = new HttpsAgent(connection);

export interface Wanted {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Where the connection may go, and nowhere else. */
  addresses: readonly LookupAddress[];
  signal: AbortSignal;
  /** A certificate authority to trust instead of the system's. */
  ca?: string | undefined;
}

/** All that is kept of an answer. */
export interface Head {
  status: number;
  /** The header `Retry-After` as it came. */
  retryAfter: string | null;
}

/**
 * Sends one POST and waits for the end of its answer. Redirects are answers like any other.
 * @throws OutgoingFailure `connection_failed`, `tls_failed` or `address_refused`; whatever the signal was aborted with
 */
export function sendTo({ url, headers, body, addresses, signal, ca }: Wanted): Promise<Head> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    let phase: 'connecting' | 'tls' | 'http' = 'connecting';
    const fail = () => {
      if (signal.aborted) return reject(signal.reason as Error);
      reject(new OutgoingFailure(phase === 'tls' ? 'tls_failed' : 'connection_failed'));
    };
    const request: ClientRequest = (secure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: secure ? tlsAgent : plainAgent,
      lookup: pinnedTo(addresses),
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
      ...(ca !== undefined && { ca }),
    });
    request.on('error', fail);
    request.on('response', (response) => readToItsEnd(response, resolve, fail));
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        if (!isAmong(addresses, socket)) {
          reject(new OutgoingFailure('address_refused'));
          request.destroy();
          return;
        }
        phase = secure ? 'tls' : 'http';
        // Not a byte of ours before it is known who is there.
        if (!secure) request.end(body);
      });
      socket.once('secureConnect', () => {
        phase = 'http';
        request.end(body);
      });
    });
  });
}

/** Whether a connected socket ends at one of these addresses. */
export function isAmong(
  addresses: readonly LookupAddress[],
  { remoteAddress }: Pick<Socket, 'remoteAddress'>,
): boolean {
  return addresses.some(({ address }) => address === remoteAddress);
}

function readToItsEnd(response: IncomingMessage, done: (head: Head) => void, fail: () => void): void {
  let read = 0;
  const finish = () => {
    done({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null });
    response.destroy();
  };
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > MAX_ANSWER_BYTES) finish();
  });
  response.on('end', finish);
  response.on('error', fail);
}
