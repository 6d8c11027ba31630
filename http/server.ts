import { once } from 'node:events';
import { type RequestListener, type Server, createServer } from 'node:http';
import { type AddressInfo, Server as TcpServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { SECOND_MS } from '../core/time';

/** Limits for one client. Times in ms. */
export interface ServerLimits {
  /** From the start of a connection, or of its next request, to the end of the headers. */
  headersTimeout: number;
  /** To the end of the body. */
  requestTimeout: number;
  /** Idle time of a connection between requests. */
  keepAliveTimeout: number;
  /** How often the first two timeouts are checked. */
  connectionsCheckingInterval: number;
  maxRequestsPerSocket: number;
  /** Further connections are closed at once. */
  maxConnections: number;
  /** Bytes of the request line and all headers. */
  maxHeaderSize: number;
  maxHeadersCount: number;
}

export const SERVER_LIMITS: ServerLimits = {
  headersTimeout: 10 * SECOND_MS,
  requestTimeout: 30 * SECOND_MS,
  keepAliveTimeout: 10 * SECOND_MS,
  // Node's default of 30 seconds would not enforce the timeouts above.
  connectionsCheckingInterval: SECOND_MS,
  maxRequestsPerSocket: 1_000,
  maxConnections: 2_000,
  maxHeaderSize: 16 * 1024,
  maxHeadersCount: 100,
};

/** An application that handles requests. */
interface Answering {
  fetch(request: Request, env?: unknown): Response | Promise<Response>;
}

export interface Listening {
  port: number;
  /** Finishes open requests, then closes. */
  close(): Promise<void>;
}

/** A connection that was accepted a moment before the stop still gets its request answered. */
const LAST_REQUEST_MS = 0.5 * SECOND_MS;
const OPEN_REQUESTS_MS = 3 * SECOND_MS;
const SHORT_TURN_MS = 0.2;

/**
 * Listens for HTTP.
 * @param setting name of the port's setting, for the error message if the port is taken
 */
export async function listen(
  app: Answering,
  where: { host: string; port: number; setting: string },
  limits: ServerLimits = SERVER_LIMITS,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: app.fetch.bind(app),
    createServer: ((options: object, answer: RequestListener) =>
      createServer(options, refuseManyHeaders(limits, answer))) as typeof createServer,
    serverOptions: limits,
  }) as Server;
  server.maxConnections = limits.maxConnections;
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  server.listen(where.port, where.host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${where.port} on ${where.host} is taken. Free it, or set ${where.setting} to another.`,
    );
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      // The last answer on each connection says so: its client opens another, elsewhere.
      server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
      await emptyQueue();
      const closed = once(server, 'close');
      // Unlike that of HTTP, this `close` leaves connections alone on which no request has arrived yet.
      TcpServer.prototype.close.call(server);
      const force = setTimeout(() => server.closeAllConnections(), OPEN_REQUESTS_MS);
      await Promise.race([closed, pause(LAST_REQUEST_MS)]);
      server.closeIdleConnections();
      await closed;
      clearTimeout(force);
    },
  };
}

/**
 * Lets in who stands in the queue of connections: closing would reset them. Who joins it during the last turn of the
 * event loop is reset nevertheless, so that turn has to be a short one.
 */
async function emptyQueue(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const beganAt = performance.now();
    await nextTurn();
    if (performance.now() - beganAt < SHORT_TURN_MS) return;
  }
}

/** Responds 431, as Node does for headers that are too large. */
function refuseManyHeaders({ maxHeadersCount }: ServerLimits, answer: RequestListener): RequestListener {
  return (request, response) => {
    if (request.rawHeaders.length / 2 <= maxHeadersCount) return answer(request, response);
    response.writeHead(431, { connection: 'close' }).end();
  };
}
