import { type RunningSimulator, runSimulator } from '../../simulator/index';
import { until } from '../support/until';

let running: RunningSimulator;
let token: string;
let customer: string;

beforeEach(async () => {
  running = await runSimulator({ port: 0, seed: 'test' });
  running.simulator.addAccount({ username: 'shop' });
  token = running.simulator.generateToken('shop');
  customer = running.simulator.receive('shop', { text: 'hi' }).from.id;
});
afterEach(() => running.close());

const send = () =>
  fetch(`${running.url}/me/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ recipient: { id: customer }, message: { text: 'hello' } }),
  });
const delivered = () =>
  running.simulator.messages('shop').filter(({ direction }) => direction === 'outbound');

test('a connection dropped before delivers nothing', async () => {
  running.simulator.addFault({ match: {}, times: 1, drop: 'before' });
  await expect(send()).rejects.toThrow('fetch failed');
  expect(delivered()).toHaveLength(0);
  expect(running.simulator.requests()).toMatchObject([{ status: null, dropped: 'before' }]);
});

test('a connection dropped after the call has delivered, without an answer', async () => {
  running.simulator.addFault({ match: {}, times: 1, drop: 'after' });
  await expect(send()).rejects.toThrow('fetch failed');
  expect(delivered()).toMatchObject([{ text: 'hello' }]);
  expect(running.simulator.requests()).toMatchObject([{ status: null, dropped: 'after' }]);
  expect((await send()).status).toBe(200);
});

test('half an answer arrives as a whole one would, and has delivered', async () => {
  running.simulator.addFault({ match: {}, times: 1, truncate: true });
  const answer = await send();
  expect(answer.status).toBe(200);
  await expect(answer.json()).rejects.toThrow('JSON');
  expect(delivered()).toHaveLength(1);
});

test('a delay outlasts an impatient client and holds up no other client', async () => {
  running.simulator.addFault({ match: { method: 'POST' }, times: 1, delayMs: 600_000 });
  const abort = new AbortController();
  const slow = fetch(`${running.url}/me/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  });
  expect((await fetch(`${running.url}/me?access_token=${token}`)).status).toBe(200);
  abort.abort();
  await expect(slow).rejects.toThrow('abort');
});

test('closing does not wait for a delay, nor carry its request out', async () => {
  running.simulator.addFault({ match: {}, delayMs: 600_000 });
  const slow = expect(send()).rejects.toThrow('fetch failed');
  await until(() => running.simulator.requests().length === 1);
  await running.close();
  await slow;
  expect(delivered()).toHaveLength(0);
});

test('the Date header is that of the virtual clock', async () => {
  running.simulator.clock.advance(1_000 * 86_400_000);
  const { headers } = await fetch(`${running.url}/me?access_token=${token}`);
  const distance = Date.parse(headers.get('date') ?? '') - running.simulator.clock.now();
  expect(Math.abs(distance)).toBeLessThan(60_000);
});

test('control routes refuse a Host that only resolves to this machine', async () => {
  const { request } = await import('node:http');
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(`${running.url}/_sim/clock`, { headers: { host: 'rebound.example' } }, ({ statusCode }) =>
      resolve(statusCode),
    )
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('a request that is too large is refused, whether it says so or not', async () => {
  const path = `${running.url}/me/messages`;
  const body = 'x'.repeat(1_100_000);
  expect((await fetch(path, { method: 'POST', body })).status).toBe(413);
  const headers = { 'content-type': 'application/json' };
  const stream = new Blob([body]).stream();
  expect((await fetch(path, { method: 'POST', body: stream, headers, duplex: 'half' })).status).toBe(413);
});
