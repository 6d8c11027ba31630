import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterwards, temporaryFolder } from '../../support/temporary-folder';
import { evergrant } from '../../support/cli';

/** Something that answers every request the same way. */
async function answering(
  status: number,
  type: string,
  body: string,
  seen: (authorization?: string) => void = () => undefined,
) {
  const server = createServer((request, response) => {
    seen(request.headers.authorization);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => new Promise((resolve) => server.close(resolve)));
  return String((server.address() as AddressInfo).port);
}

const UNAUTHORIZED = JSON.stringify({
  type: 'x',
  title: 'x',
  status: 401,
  code: 'unauthorized',
  detail: 'Send a valid key.',
});

test('says what to start when nothing answers', async () => {
  const port = await answering(200, 'text/plain', '');
  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port: closed } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  expect(port).not.toBe(String(closed));
  const { code, err } = await evergrant(['list'], { env: { EVERGRANT_HTTP_PORT: String(closed) } });
  expect(code).toBe(1);
  expect(err).toContain(`http://127.0.0.1:${closed}`);
  expect(err).toContain('npm start');
});

test('says so when what answers is something else', async () => {
  const port = await answering(200, 'text/html', '<h1>Hello</h1>');
  const { code, err } = await evergrant(['list'], { env: { EVERGRANT_HTTP_PORT: port } });
  expect(code).toBe(1);
  expect(err).toContain('is not Evergrant');
});

test('reads the key from the data folder, and names the file when it is refused', async () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'api-key'), 'evg_from_file\n');
  let authorization: string | undefined;
  const port = await answering(
    401,
    'application/problem+json',
    UNAUTHORIZED,
    (header) => (authorization = header),
  );
  const { code, err } = await evergrant(['fleet'], {
    env: { EVERGRANT_HTTP_PORT: port, EVERGRANT_DATA_DIR: folder },
  });
  expect(code).toBe(1);
  expect(authorization).toBe('Bearer evg_from_file');
  expect(err).toContain(join(folder, 'api-key'));
  expect(err).not.toContain('evg_from_file');
});

test('says where a key is looked for when there is none', async () => {
  const folder = temporaryFolder();
  const port = await answering(401, 'application/problem+json', UNAUTHORIZED);
  const { code, err } = await evergrant(['fleet'], {
    env: { EVERGRANT_HTTP_PORT: port, EVERGRANT_DATA_DIR: folder },
  });
  expect(code).toBe(1);
  expect(err).toContain('No API key');
  expect(err).toContain(join(folder, 'api-key'));
});

test.each([
  [{ EVERGRANT_URL: 'ftp://example.org' }, 'EVERGRANT_URL'],
  [{ EVERGRANT_HTTP_PORT: 'eighty' }, 'EVERGRANT_HTTP_PORT'],
])('refuses %j by name', async (env, name) => {
  const { code, err } = await evergrant(['list'], { env });
  expect(code).toBe(1);
  expect(err).toContain(name);
});
