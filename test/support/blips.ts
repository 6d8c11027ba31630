import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createInstagram } from '../../adapters/instagram/client';
import { createProviderHttp } from '../../adapters/instagram/http';
import { type Stack } from './stack';

/** What may become of one request that does not arrive, or whose answer does not. */
export const BLIPS = ['lost before', 'lost after', '503', '502 page', 'code 1', 'code 2'] as const;
export type Blip = (typeof BLIPS)[number];

const ERROR = (code: number) =>
  JSON.stringify({
    error: { message: 'An unexpected error has occurred.', type: 'OAuthException', code, is_transient: true },
  });
const ANSWERS: Partial<Record<Blip, [status: number, body: string]>> = {
  '503': [503, ''],
  '502 page': [502, '<html>Bad gateway</html>'],
  'code 1': [500, ERROR(1)],
  'code 2': [500, ERROR(2)],
};

/** Instagram behind a network in which single requests go wrong. @param draw what goes wrong with the next one; null: nothing */
export async function behindBlips(stack: Stack, draw: (path: string) => Blip | null) {
  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '/';
    const blip = draw(path.replace(/\?.*/, '').replace(/^\/v[\d.]+/, ''));
    const answer = blip && ANSWERS[blip];
    if (blip === 'lost before') return void request.socket.destroy();
    if (answer) return void response.writeHead(answer[0]).end(answer[1]);
    const { method = 'GET', headers } = request;
    const arrived = await fetch(stack.simulatorUrl + path, {
      method,
      headers: { ...(headers['content-type'] && { 'content-type': headers['content-type'] }) },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const body = await arrived.text();
    if (blip === 'lost after') return void request.socket.destroy();
    response.writeHead(arrived.status, { date: arrived.headers.get('date') ?? '' }).end(body);
  }
  const server = createServer((request, response) => void forward(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    instagram: createInstagram(createProviderHttp(stack.simulator.clock), {
      ...stack.instagram.settings,
      apiUrl: url,
      graphUrl: url,
    }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
