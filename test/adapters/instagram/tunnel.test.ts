import { createServer as createTlsServer } from 'node:https';
import { createServer, type Server } from 'node:http';
import {
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
  connect,
  createServer as createTcpServer,
} from 'node:net';
import { systemClock } from '../../../adapters/clock';
import { createProviderHttp } from '../../../adapters/instagram/http';
import { ProviderError } from '../../../adapters/instagram/provider-error';
import { TunnelAgent } from '../../../adapters/instagram/tunnel';
import { Secret } from '../../../core/access/secret';
import { SERVER_TLS, TEST_AUTHORITY } from '../../support/tls';
import { until } from '../../support/until';

const TOKEN = 'IGAA_the_token';

/** Instagram under the name server.test, which only the proxy can find. */
let instagram: Server;
let asked: string[];
let proxy: TcpServer;
/** All that the proxy got to see, and where it was asked to connect to. */
let seen: string;
let refusal: string | null;
let before: NodeJS.ProcessEnv;
const sockets = new Set<Socket>();
const afterwards: Server[] = [];

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const listening = (server: Server | TcpServer) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

beforeAll(async () => {
  instagram = createTlsServer(SERVER_TLS, (request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    response.end('{"id":"1"}');
  }) as unknown as Server;
  proxy = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head: Buffer) => {
      seen += head.toString('latin1');
      if (refusal !== null) {
        socket.end(refusal);
        return;
      }
      const there = connect(portOf(instagram), '127.0.0.1', () =>
        socket.write('HTTP/1.1 200 Connected\r\n\r\n'),
      );
      sockets.add(there);
      there.on('error', () => undefined);
      socket.on('data', (data) => {
        seen += data.toString('latin1');
        there.write(data);
      });
      there.on('data', (data) => {
        seen += data.toString('latin1');
        socket.write(data);
      });
    });
  });
  await Promise.all([listening(instagram), listening(proxy)]);
});
beforeEach(() => {
  [asked, seen, refusal] = [[], '', null];
  before = { ...process.env };
});
afterEach(() => {
  process.env = before;
  for (const server of afterwards.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  instagram.closeAllConnections();
  instagram.close();
  proxy.close();
});

function call(
  base: string,
  proxyUrl?: string,
  options: { timeoutMs?: number; ca?: string } = { ca: TEST_AUTHORITY },
) {
  const tunnel = proxyUrl ? new TunnelAgent(new Secret(proxyUrl), options) : undefined;
  const http = createProviderHttp(systemClock, { tunnel });
  const read = (body: unknown) => body;
  return http({ method: 'GET', operation: 'probe', url: `${base}/v25.0/me`, token: new Secret(TOKEN), read });
}
const proxyUrl = () => `http://us%40er:word@127.0.0.1:${portOf(proxy)}`;

test('calls go through the proxy, which learns the host and neither path nor token', async () => {
  const { value } = await call(`https://server.test:${portOf(instagram)}`, proxyUrl());
  expect(value).toEqual({ id: '1' });
  expect(asked).toEqual([`/v25.0/me?access_token=${TOKEN}`]);
  expect(seen).toMatch(/^CONNECT server\.test:\d+ HTTP\/1\.1\r\n/);
  expect(seen).toContain(`proxy-authorization: Basic ${Buffer.from('us@er:word').toString('base64')}`);
  for (const hidden of [TOKEN, 'access_token', '/me', 'v25.0']) expect(seen).not.toContain(hidden);
});

test('the certificate must be that of the host, not of another that the proxy connects to', async () => {
  await expect(call(`https://graph.test:${portOf(instagram)}`, proxyUrl())).rejects.toBeInstanceOf(
    ProviderError,
  );
  expect(asked).toEqual([]);
});

test('an untrusted authority is refused behind a proxy too', async () => {
  await expect(call(`https://server.test:${portOf(instagram)}`, proxyUrl(), {})).rejects.toThrow('no answer');
  expect(asked).toEqual([]);
});

test('a proxy that says nothing is left, and so is the way to it', async () => {
  let open = 0;
  const silent = createTcpServer((socket) => {
    open += 1;
    socket.on('close', () => (open -= 1));
    socket.on('error', () => undefined);
    socket.resume();
  });
  await listening(silent);
  await expect(
    call('https://server.test', `http://127.0.0.1:${portOf(silent)}`, { timeoutMs: 100 }),
  ).rejects.toThrow('no answer (PROXY_REFUSED)');
  await until(() => open === 0);
  silent.close();
});

test.each([
  ['a dead token', 400, '{"error":{"code":190,"message":"x"}}'],
  ['everything fine', 201, '{"id":"1"}'],
  ['to slow down', 429, '{}'],
  ['who are you', 407, '<html>'],
])('a proxy that makes no tunnel and answers %s is not taken for Instagram', async (_, status, body) => {
  refusal = `HTTP/1.1 ${status} x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const error = await call(`https://server.test:${portOf(instagram)}`, proxyUrl()).catch((e: unknown) => e);
  expect(error).toMatchObject({
    name: 'ProviderError',
    message: 'probe: no answer (PROXY_REFUSED)',
    status: null,
    code: null,
    failure: { class: 'transient' },
  });
  expect(seen).not.toContain(TOKEN);
});

test('an address on loopback is called directly', async () => {
  const simulator = createServer((_, response) => response.end('{"id":"2"}'));
  afterwards.push(simulator);
  await listening(simulator);
  for (const host of ['127.0.0.1', 'localhost'])
    expect((await call(`http://${host}:${portOf(simulator)}`, proxyUrl())).value).toEqual({ id: '2' });
  await expect(call(`https://localhost:${portOf(instagram)}`, proxyUrl())).rejects.toThrow(
    'UNABLE_TO_VERIFY',
  );
  expect(seen).toBe('');
});

test('without the setting, proxies of the environment do not apply', async () => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'https_proxy', 'http_proxy', 'ALL_PROXY', 'all_proxy'])
    process.env[name] = `http://127.0.0.1:${portOf(proxy)}`;
  process.env.NODE_USE_ENV_PROXY = '1';
  await expect(call(`https://localhost:${portOf(instagram)}`)).rejects.toThrow('UNABLE_TO_VERIFY');
  await expect(call(`https://server.test:${portOf(instagram)}`)).rejects.toBeInstanceOf(ProviderError);
  expect(seen).toBe('');
});
