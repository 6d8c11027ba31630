import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';

export const VERIFY_TOKEN = 'our-verify-token';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An app that listens: it answers the handshake, keeps what it is told, and answers the status it is set to. */
export async function startReceiver() {
  const posts: Received[] = [];
  const receiver = {
    url: '',
    posts,
    status: 200,
    /** Whether POST is left without an answer. */
    silent: false,
    /** What POST is answered with. */
    answer: '',
    /** What the handshake is answered with instead of the challenge. */
    echo: undefined as string | undefined,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://receiver');
      if (request.method === 'GET') {
        const known = url.searchParams.get('hub.verify_token') === VERIFY_TOKEN;
        const challenge = receiver.echo ?? url.searchParams.get('hub.challenge') ?? '';
        response.writeHead(known ? 200 : 403).end(known ? challenge : '');
        return;
      }
      posts.push({ path: url.pathname, headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (receiver.silent) return;
      response.writeHead(receiver.status, { location: 'http://example.com/' }).end(receiver.answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
