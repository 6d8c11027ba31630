import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { openCurrent } from '../../adapters/postgres/tokens/open-token';
import { createProviderHttp } from '../../adapters/instagram/http';
import { createInstagram } from '../../adapters/instagram/client';
import { createProviderGate } from '../../services/provider-gate';
import { DAY_MS, MINUTE_MS } from '../../core/time';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
let shop: Integration;
let other: Integration;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  stack.simulator.addAccount({ username: 'shop', conversations: 1 });
  shop = await stack.connect('shop', { start: false });
  other = await stack.connect('other', { start: false });
});
afterAll(() => stack.stop());
afterEach(async () => {
  await stack.calm();
  await stack.pool.query('delete from provider_turns');
});

const tokenOf = async (row: Integration) =>
  openCurrent(stack.pool, stack.deps.sealer, row, stack.simulator.clock.now());
const page = { cursor: null, limit: 5 };
const read = async (row: Integration) => stack.instagram.listConversations(await tokenOf(row), page);
const probe = async (row: Integration) => stack.instagram.probe(await tokenOf(row));
const calls = () => stack.simulator.requests().length;
const throttled = expect.objectContaining({ failure: expect.objectContaining({ class: 'throttled' }) });

test('an Instagram that enforces its limits refuses none of them', async () => {
  stack.simulator.setMode({ limits: 'enforced' });
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => read(shop)));
  stack.simulator.setMode({ limits: 'off' });
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill('fulfilled'));
}, 20_000);

test('two processes together make two conversation calls a second per account, and none fails', async () => {
  const twin = createInstagram(
    createProviderHttp(stack.simulator.clock, {
      gate: createProviderGate(stack.pool, stack.simulator.clock, stack.simulator.settings.appId),
    }),
    stack.instagram.settings,
  );
  const token = await tokenOf(shop);
  const began: number[] = [];
  const since = stack.simulator.requests().at(-1)?.seq ?? 0;
  await Promise.all(
    Array.from({ length: 6 }, (_, n) => (n % 2 ? twin : stack.instagram).listConversations(token, page)),
  );
  for (const { at } of stack.simulator.requests(since)) began.push(Date.parse(at));
  began.sort((a, b) => a - b);
  expect(began).toHaveLength(6);
  // Of any three calls the last began a second after the first; the way there takes its own few milliseconds.
  for (let n = 2; n < began.length; n++) expect(began[n]! - began[n - 2]!).toBeGreaterThan(900);
}, 20_000);

test('one that would wait too long is refused instead, with the time to come back', async () => {
  const burst = await Promise.allSettled(Array.from({ length: 16 }, () => read(shop)));
  const refused = burst.filter((result) => result.status === 'rejected').map(({ reason }) => reason);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toEqual(throttled);
  expect(refused[0].retryAfterMs).toBeGreaterThan(0);
  expect(burst.filter((result) => result.status === 'fulfilled').length).toBeGreaterThanOrEqual(10);
}, 20_000);

test.each([
  [613, 2534040, 'account'],
  [17, undefined, 'account'],
  [80002, undefined, 'account'],
  [4, 1349210, 'app'],
  [341, undefined, 'app'],
])('after %s/%s the whole %s waits, and Instagram is not asked meanwhile', async (code, subcode, whose) => {
  stack.simulator.addFault({
    match: { path: '/me/conversations' },
    times: 1,
    status: 403,
    error: { code, ...(subcode !== undefined && { subcode }) },
  });
  await expect(read(shop)).rejects.toEqual(throttled);
  const before = calls();
  await expect(read(shop)).rejects.toEqual(throttled);
  await expect(probe(shop)).rejects.toEqual(throttled);
  expect(calls()).toBe(before);
  if (whose === 'app') await expect(probe(other)).rejects.toEqual(throttled);
  else await expect(probe(other)).resolves.toBeDefined();

  stack.simulator.clock.advance(5 * MINUTE_MS);
  // What keeps tokens alive comes back first.
  await expect(probe(shop)).resolves.toBeDefined();
  await expect(read(shop)).rejects.toEqual(throttled);
  stack.simulator.clock.advance(MINUTE_MS);
  await expect(read(shop)).resolves.toBeDefined();
});

test('usage near its limit delays reads, never refreshes', async () => {
  const gate = createProviderGate(stack.pool, stack.simulator.clock, stack.simulator.settings.appId);
  const token = await tokenOf(shop);
  const full = { usage: { app: { percent: 95, regainMs: 0 }, accounts: new Map() }, error: null };
  await gate.leave({ operation: 'list_messages', token }, full);
  await expect(read(shop)).rejects.toEqual(throttled);
  await expect(probe(shop)).resolves.toBeDefined();
});

test('a token in its last day is looked at however long the others wait', async () => {
  stack.simulator.addFault({ match: { path: '/me' }, times: 1, error: { code: 4 } });
  await expect(probe(other)).rejects.toEqual(throttled);
  await expect(probe(shop)).rejects.toEqual(throttled);
  const token = await tokenOf(shop);
  stack.simulator.clock.advance(token.expiresAt - stack.simulator.clock.now() - DAY_MS / 2);
  await stack.pool.query("update provider_parks set calls_until = calls_until + interval '70 days'");
  await expect(stack.instagram.probe(token)).resolves.toBeDefined();
});

test('two processes together start no more refreshes a second than the app may', async () => {
  const gateOf = () =>
    createProviderGate(stack.pool, stack.simulator.clock, 'rated', { refreshesPerSecond: 10 });
  const gates = [gateOf(), gateOf()];
  const token = await tokenOf(other);
  const began: number[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      await gates[n % 2]!.enter({ operation: 'refresh', token });
      began.push(performance.now());
    }),
  );
  // The first starts at once, each further one a tenth of a second after the one before.
  expect(Math.max(...began) - Math.min(...began)).toBeGreaterThan(600);
});
