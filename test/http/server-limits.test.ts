import { type Socket, connect } from 'node:net';
import { SERVER_LIMITS, type ServerLimits } from '../../http/server';
import { type Listening, listen } from '../../http/server';
import { until } from '../support/until';

const QUICK = {
  headersTimeout: 200,
  requestTimeout: 400,
  keepAliveTimeout: 200,
  connectionsCheckingInterval: 20,
};
const servers: Listening[] = [];
const sockets: Socket[] = [];
let asked = 0;
beforeEach(() => (asked = 0));
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(changed: Partial<ServerLimits> = {}): Promise<number> {
  const app = {
    fetch: async (request: Request) => {
      asked += 1;
      await request.text();
      return new Response('fine');
    },
  };
  const server = await listen(
    app,
    { host: '127.0.0.1', port: 0, setting: 'none' },
    { ...SERVER_LIMITS, ...changed },
  );
  servers.push(server);
  return server.port;
}

/** A client that says exactly this. */
function client(port: number, ...says: string[]) {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  let over = false;
  socket.on('data', (data) => (heard += data.toString()));
  socket.on('close', () => (over = true));
  socket.on('error', () => undefined);
  for (const words of says) socket.write(words);
  return {
    say: (words: string) => socket.write(words),
    heard: () => heard,
    status: () => heard.split('\r\n')[0],
    end: () => until(() => over, { what: 'the server ends the connection' }),
    get over() {
      return over;
    },
  };
}
const get = (headers: string) => `GET / HTTP/1.1\r\nhost: x\r\n${headers}\r\n`;
const post = (length: number, body: string) =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n${body}`;

test('100 headers are taken, more are refused rather than left out', async () => {
  const port = await serve();
  const headers = (count: number) => Array.from({ length: count }, (_, i) => `x-${i}: 1\r\n`).join('');
  const good = client(port, get(headers(98) + 'connection: close\r\n'));
  await good.end();
  expect(good.status()).toBe('HTTP/1.1 200 OK');
  for (const count of [100, 500]) {
    const bad = client(port, get(headers(count)));
    await bad.end();
    expect([count, bad.status()]).toEqual([count, 'HTTP/1.1 431 Request Header Fields Too Large']);
  }
  expect(asked).toBe(1);
});

test.each([
  ['one header', get(`x: ${'y'.repeat(17_000)}\r\n`)],
  ['the address', `GET /${'y'.repeat(17_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ['headers without end', `GET / HTTP/1.1\r\n${'xxxxxxxx: yyyyyyyy\r\n'.repeat(4_000)}`],
])('over 16 KiB of headers (%s): 431', async (_, request) => {
  const one = client(await serve(), request);
  await one.end();
  expect([one.status(), asked]).toEqual(['HTTP/1.1 431 Request Header Fields Too Large', 0]);
});

describe('who is too slow is not waited for', () => {
  test.each([
    ['says nothing', []],
    ['stops in the request line', ['GET / HT']],
    ['stops in the headers', ['GET / HTTP/1.1\r\nhost: x\r\n', 'x-a: ']],
  ])('a client that %s', async (_, says) => {
    const slow = client(await serve(QUICK), ...says);
    await slow.end();
    expect(['', 'HTTP/1.1 408 Request Timeout']).toContain(slow.status());
    expect(asked).toBe(0);
  });

  test('a client that sends a header now and then', async () => {
    const slow = client(await serve(QUICK), 'GET / HTTP/1.1\r\n');
    const timer = setInterval(() => slow.say('x: y\r\n'), 20);
    await slow.end();
    clearInterval(timer);
    expect(asked).toBe(0);
  });

  test('a client whose body never ends', async () => {
    const slow = client(await serve(QUICK), post(100, 'a'));
    const timer = setInterval(() => slow.say('a'), 50);
    await slow.end();
    clearInterval(timer);
    expect(slow.heard()).not.toContain('200');
  });

  test('a client that asks nothing more', async () => {
    const idle = client(await serve(QUICK), get(''));
    await until(() => idle.heard().includes('fine'));
    await idle.end();
  });
});

test('a connection serves so many requests, and no more', async () => {
  const port = await serve({ ...QUICK, maxRequestsPerSocket: 3 });
  const one = client(port);
  for (let number = 1; number <= 3; number += 1) {
    one.say(get(''));
    await until(() => one.heard().match(/fine/g)?.length === number);
  }
  expect(one.heard().match(/connection: close/gi)).toHaveLength(1);
  one.say(get(''));
  await one.end();
  expect(one.heard()).toContain('HTTP/1.1 503');
  expect(asked).toBe(3);
});

test('beyond the most connections, new ones are closed, and are taken again when others went', async () => {
  const port = await serve({ maxConnections: 2 });
  const [first, second] = [client(port, get('')), client(port, get(''))];
  await until(() => first.heard().includes('fine') && second.heard().includes('fine'));
  const third = client(port, get(''));
  await third.end();
  expect(third.heard()).toBe('');
  sockets[0]?.destroy();
  await until(async () => {
    const again = client(port, get('connection: close\r\n'));
    await again.end();
    return again.heard().includes('fine');
  });
});

test('what two servers may read differently is no request', async () => {
  const port = await serve();
  for (const request of [
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    'GET / HTTP/1.1\r\nhost: x\r\nx : y\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\nhost: x\n\n',
  ]) {
    const odd = client(port, request);
    await odd.end();
    expect([request, odd.status()]).toEqual([request, 'HTTP/1.1 400 Bad Request']);
  }
  expect(asked).toBe(0);
});

test('in earnest a client has ten seconds for its headers, looked at every second', () => {
  expect(SERVER_LIMITS).toMatchObject({ headersTimeout: 10_000, connectionsCheckingInterval: 1_000 });
});
