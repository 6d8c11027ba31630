import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createOutgoing } from '../../../adapters/outgoing/post';
import { isAmong } from '../../../adapters/outgoing/request';
import { type Resolve } from '../../../adapters/outgoing/resolve';
import { SERVER_TLS, TEST_AUTHORITY } from '../../support/tls';
import { until } from '../../support/until';
import { withoutWaiting } from '../../support/without-waiting';

const development = { development: true };
const production = { development: false };
const HERE = [{ address: '127.0.0.1', family: 4 }];
const toHere: Resolve = async () => HERE;

interface Request {
  method: string | undefined;
  url: string | undefined;
  headers: Record<string, unknown>;
  body: string;
}

const servers: { close(): void; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

/** A customer's server; what it was asked is in `requests`. */
async function customer(answer: RequestListener, make: (listener: RequestListener) => Server = createServer) {
  const requests: Request[] = [];
  const server = make((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      requests.push({ method, url, headers, body });
      answer(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { requests, port: (server.address() as AddressInfo).port };
}
const secure = (listener: RequestListener) => createTlsServer(SERVER_TLS, listener) as unknown as Server;

const post = (url: string, rules = development, options: Parameters<typeof createOutgoing>[1] = {}) =>
  createOutgoing(rules, options).post({ url, headers: { 'x-a': 'b' }, body: '{"é":1}' });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    (error: { name: string; code: string }) =>
      error.name === 'OutgoingFailure' ? error.code : String(error),
  );

test('posts the body and headers, and returns status and duration', async () => {
  const { port, requests } = await customer((_, response) => response.writeHead(204).end());
  const answer = await post(`http://127.0.0.1:${port}/hook?a=b`);
  expect(answer).toEqual({ status: 204, retryAfter: null, durationMs: expect.any(Number) });
  expect(requests).toEqual([expect.objectContaining({ method: 'POST', url: '/hook?a=b', body: '{"é":1}' })]);
  expect(requests[0]?.headers).toMatchObject({ 'x-a': 'b', 'content-length': '8', connection: 'close' });
});

test.each([301, 302, 307, 308, 400, 500])(
  '%i is an answer like any other, and not followed',
  async (status) => {
    const { port, requests } = await customer((_, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${port}/elsewhere` }).end(),
    );
    expect((await post(`http://127.0.0.1:${port}/`)).status).toBe(status);
    expect(requests).toHaveLength(1);
  },
);

describe('over TLS', () => {
  const trusting = { resolve: toHere, ca: TEST_AUTHORITY };

  test('a certificate of the right name is accepted, and only by an authority that is trusted', async () => {
    const { port, requests } = await customer((_, response) => response.end(), secure);
    expect((await post(`https://server.test:${port}/`, development, trusting)).status).toBe(200);
    expect(await codeOf(post(`https://server.test:${port}/`, development, { resolve: toHere }))).toBe(
      'tls_failed',
    );
    expect(await codeOf(post(`https://other.test:${port}/`, development, trusting))).toBe('tls_failed');
    expect(requests).toHaveLength(1);
  });

  test('a server without TLS gets nothing', async () => {
    const { port, requests } = await customer((_, response) => response.end());
    expect(await codeOf(post(`https://server.test:${port}/`, development, trusting))).toBe('tls_failed');
    expect(requests).toHaveLength(0);
  });
});

describe('names', () => {
  test('a name is resolved once, and the connection goes to what was judged', async () => {
    const { port, requests } = await customer((_, response) => response.end());
    let asked = 0;
    // The next answer would lead elsewhere: what a rebinding attack does.
    const rebinding: Resolve = async () => (asked++ === 0 ? HERE : [{ address: '10.0.0.1', family: 4 }]);
    expect((await post(`http://rebind.test:${port}/`, development, { resolve: rebinding })).status).toBe(200);
    expect([asked, requests.length]).toEqual([1, 1]);
    expect(requests[0]?.headers.host).toBe(`rebind.test:${port}`);
  });

  test.each([
    ['private', [{ address: '10.0.0.1', family: 4 }]],
    ['this machine', HERE],
    ['metadata', [{ address: '169.254.169.254', family: 4 }]],
    [
      'public and private',
      [
        { address: '1.1.1.1', family: 4 },
        { address: 'fd00::1', family: 6 },
      ],
    ],
    ['mapped', [{ address: '::ffff:127.0.0.1', family: 6 }]],
  ])('a name that leads to what is %s is refused unasked', async (_, addresses) => {
    const { port, requests } = await customer((_, response) => response.end());
    const options = { resolve: async () => addresses };
    expect(await codeOf(post(`https://name.test:${port}/`, production, options))).toBe('address_refused');
    expect(await codeOf(createOutgoing(production, options).check('https://name.test/'))).toBe(
      'address_refused',
    );
    expect(requests).toHaveLength(0);
  });

  test.each([
    ['fails', async () => Promise.reject(new Error('ENOTFOUND'))],
    ['gives nothing', async () => []],
  ])('a name whose resolution %s cannot be called, yet be noted for later', async (_, resolve: Resolve) => {
    const outgoing = createOutgoing(production, { resolve });
    expect(await codeOf(outgoing.post({ url: 'https://x.test/', headers: {}, body: '' }))).toBe(
      'unresolvable',
    );
    expect(await codeOf(outgoing.check('https://x.test/'))).toBe('answered');
  });

  test('localhost is this machine by the system’s own resolver, too', async () => {
    const { port } = await customer((_, response) => response.end());
    expect(await codeOf(post(`https://localhost:${port}/`, production))).toBe('address_refused');
    expect((await post(`http://localhost:${port}/`, development)).status).toBe(200);
  });
});

test('a connected socket that ends elsewhere is noticed', () => {
  expect(isAmong(HERE, { remoteAddress: '127.0.0.1' })).toBe(true);
  for (const remoteAddress of ['127.0.0.2', '::ffff:127.0.0.1', undefined])
    expect(isAmong(HERE, { remoteAddress })).toBe(false);
});

describe('what an answer may not do', () => {
  test('an endless one is read to 64 KiB and no further', async () => {
    let ended = false;
    const { port } = await customer((_, response) => {
      response.on('close', () => (ended = true));
      const more = () => {
        while (response.writable && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    expect((await withoutWaiting(post(`http://127.0.0.1:${port}/`))).status).toBe(200);
    await until(() => ended);
  });

  test('a gzip bomb stays packed', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    const { port } = await customer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    const before = process.memoryUsage().arrayBuffers;
    expect((await post(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
  });

  test('one that is no HTTP, or ends too early, is a failed connection', async () => {
    for (const text of ['nonsense\r\n\r\n', '', `HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx`]) {
      const server = createTcpServer((socket) => socket.once('data', () => socket.end(text)));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      expect([text, await codeOf(post(`http://127.0.0.1:${port}/`))]).toEqual([text, 'connection_failed']);
    }
  });

  test('a failure says nothing of what was answered', async () => {
    const server = createTcpServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 hidden\r\n\r\n')),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const failure: Error = await post(`http://127.0.0.1:${port}/`).then(
      () => new Error('answered'),
      (error: Error) => error,
    );
    expect(`${failure.message}${failure.stack}${JSON.stringify(failure)}`).not.toContain('hidden');
  });
});

describe('time', () => {
  const SOON = { timeoutMs: 100 };

  test.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['never ends its headers', (request) => request.socket.write('HTTP/1.1 200 OK\r\nx: ')],
    ['never ends its body', (_, response) => void response.writeHead(200).write('x')],
    [
      'sends a byte now and then',
      (_, response) => {
        response.writeHead(200).write('x');
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('a server that %s is left', async (_, answer) => {
    let left = false;
    const { port } = await customer((request, response) => {
      request.socket.on('close', () => (left = true));
      answer(request, response);
    });
    expect(await codeOf(post(`http://127.0.0.1:${port}/`, development, SOON))).toBe('timeout');
    await until(() => left);
  });

  test('one that never finishes TLS is left', async () => {
    const server = createTcpServer(() => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await codeOf(post(`https://127.0.0.1:${port}/`, development, SOON))).toBe('timeout');
  });

  test('a resolver that never answers is left', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    expect(await codeOf(post('https://x.test/', production, { resolve, ...SOON }))).toBe('timeout');
    expect(await codeOf(createOutgoing(production, { resolve, ...SOON }).check('https://x.test/'))).toBe(
      'answered',
    );
  });

  test('a failure includes its duration', async () => {
    const failure = await post('https://x.test/', production, {
      resolve: () => new Promise<never>(() => undefined),
      ...SOON,
    }).catch((error: { durationMs: number }) => error);
    expect(failure.durationMs).toBeGreaterThanOrEqual(90);
  });
});

test('a port without a listener is a failed connection', async () => {
  const { port } = await customer(() => undefined);
  for (const server of servers.splice(0)) server.close();
  expect(await codeOf(post(`http://127.0.0.1:${port}/`))).toBe('connection_failed');
});

test('proxies of the environment do not apply', async () => {
  const proxy = await customer((_, response) => response.writeHead(502).end());
  const { port, requests } = await customer((_, response) => response.end());
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
  const before = { ...process.env };
  for (const name of names)
    process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy.port}`;
  try {
    expect((await post(`http://127.0.0.1:${port}/`)).status).toBe(200);
  } finally {
    for (const name of names) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
  expect([requests.length, proxy.requests.length]).toEqual([1, 0]);
});
