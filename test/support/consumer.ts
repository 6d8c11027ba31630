import { type IncomingHttpHeaders, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface Received {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  event: any;
}

/** A customer's program that takes webhooks: over real HTTP, answering as it is told to. */
export interface Consumer {
  url: string;
  received: Received[];
  /** What it answers to each; 204 unless it was told otherwise. */
  answer: (received: Received) => { status: number; headers?: Record<string, string> };
  /** Of what it has answered with 2xx. */
  taken(): Received[];
  stop(): Promise<void>;
}

export async function startConsumer(): Promise<Consumer> {
  const taken: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const one = {
        id: String(request.headers['webhook-id']),
        headers: request.headers,
        body,
        event: JSON.parse(body) as unknown,
      };
      consumer.received.push(one);
      const { status, headers } = consumer.answer(one);
      if (status < 300) taken.push(one);
      response.writeHead(status, headers).end('what nobody keeps');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const consumer: Consumer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received: [],
    answer: () => ({ status: 204 }),
    taken: () => taken,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return consumer;
}
