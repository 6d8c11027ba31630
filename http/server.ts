import { once } from 'node:events';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

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
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch.bind(app) }) as Server;
  // Slow clients are not waited for.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
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
