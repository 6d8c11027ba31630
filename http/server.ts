import { once } from 'node:events';
import { type RequestListener, type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { SERVER_LIMITS, type ServerLimits } from './server-limits';

/** What answers requests, as far as a server must know. */
interface Answering {
  fetch(request: Request, env?: unknown): Response | Promise<Response>;
}

export interface Listening {
  port: number;
  /** Answers what was asked, then ends. */
  close(): Promise<void>;
}

/**
 * Listens for HTTP.
 * @param setting the setting that names the port, for the error when it is taken
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
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), 3_000);
      await closed;
      clearTimeout(force);
    },
  };
}

/** 431 as for headers that are too large, which Node refuses by itself. */
function refuseManyHeaders({ maxHeadersCount }: ServerLimits, answer: RequestListener): RequestListener {
  return (request, response) => {
    if (request.rawHeaders.length / 2 <= maxHeadersCount) return answer(request, response);
    response.writeHead(431, { connection: 'close' }).end();
  };
}
