import { createLifecycleClient } from '../../client/lifecycle-client';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time';
import { type Stack, grant, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => stack.calm());

const report = (version: number) => ({ version, code: 190, subcode: null, source: 'test' });

test('300 callers that report one version share one recovery and at most one refresh', async () => {
  const { id, version } = await stack.connect('crowd');
  await stack.travel.advance(3 * DAY_MS);
  stack.simulator.addFault({
    match: { path: '/me', account: 'crowd' },
    times: 1,
    error: { code: 190 },
    status: 400,
  });
  const before = stack.simulator.requests().length;
  // Thirty processes, as Temporal sees it: callers in one process share their call before it is made.
  const processes = Array.from({ length: 30 }, () =>
    createLifecycleClient(stack.client, stack.simulator.clock),
  );
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, n) => processes[n % 30]!.recover(id, report(version))),
  );
  expect(answers).toContain('refreshed');
  expect(answers.filter((answer) => answer !== 'refreshed' && answer !== 'stale_version')).toEqual([]);
  expect(stack.refreshCalls('crowd')).toBe(1);
  const calls = stack.simulator.requests().slice(before);
  expect(calls.filter(({ path }) => path === '/me')).toHaveLength(2);
  expect((await stack.row(id)).version).toBe(version + 1);
});

test('a false alarm on day 5 does not keep a real 190 on the same version from being recovered', async () => {
  const { id, version } = await stack.connect('twice');
  await stack.travel.advance(5 * DAY_MS);
  expect(await stack.lifecycles.recover(id, report(version))).toBe('verified_ok');
  expect((await stack.row(id)).state).toBe('active');
  expect(stack.refreshCalls('twice')).toBe(0);

  await stack.travel.advance(HOUR_MS);
  stack.simulator.addFault({
    match: { path: '/me', account: 'twice' },
    times: 1,
    error: { code: 190 },
    status: 400,
  });
  expect(await stack.lifecycles.recover(id, report(version))).toBe('refreshed');
  expect(await stack.events(id)).toEqual([
    'integration.connected',
    'token.rejected',
    'token.recovered',
    'token.rejected',
    'token.refreshed',
    'token.recovered',
  ]);
});

test('right after a successful look the answer comes from memory, without another call', async () => {
  const { id, version } = await stack.connect('quiet');
  expect(await stack.lifecycles.recover(id, report(version))).toBe('verified_ok');
  const before = stack.simulator.requests().length;
  await stack.lifecycles.tokenRejected(id, report(version));
  await until(async () => (await stack.lifecycles.status(id)).messages.handled === 2);
  expect(stack.simulator.requests()).toHaveLength(before);
});

test('a password change ends in expired with its reason after one refresh attempt, and a reconnect brings it back', async () => {
  const { id, version } = await stack.connect('password');
  await stack.travel.advance(3 * DAY_MS);
  stack.simulator.invalidate('password', 460);
  expect(await stack.lifecycles.recover(id, report(version))).toBe('expired');
  const expired = await stack.row(id);
  expect(expired).toMatchObject({ state: 'expired', reason: 'password_changed' });
  expect(stack.refreshCalls('password')).toBe(1);
  expect(await stack.lifecycles.recover(id, report(version))).toBe('expired');

  const again = await grant(stack.deps, expired, 'password', stack.simulator);
  await stack.lifecycles.rowChanged(id);
  expect(again).toMatchObject({ state: 'active', version: version + 1, reason: null });
  await until(async () => (await stack.lifecycles.status(id)).facts?.version === again.version);
  expect(await stack.events(id)).toEqual([
    'integration.connected',
    'token.rejected',
    'integration.expired',
    'integration.reconnected',
  ]);
});

test('what cannot be decided stays open and is decided later: the next caller learns it', async () => {
  const { id, version } = await stack.connect('unsure');
  await stack.travel.advance(3 * DAY_MS);
  stack.simulator.addFault({ match: { account: 'unsure' }, status: 503 });
  const first = stack.lifecycles.recover(id, report(version));
  await until(async () => (await stack.row(id)).state === 'recovering');
  await until(async () => ((await stack.row(id)).recovery?.tries ?? 0) >= 2);
  stack.simulator.clearFaults();
  expect(['verified_ok', 'undecided']).toContain(await first);
  await until(async () => (await stack.row(id)).state === 'active', { timeoutMs: 30_000 });
  expect(await stack.lifecycles.recover(id, report(version))).toBe('verified_ok');
  expect(await stack.events(id)).not.toContain('integration.expired');
});

test('a token too young to be refreshed is probed three times before it expires', async () => {
  const { id, version } = await stack.connect('young');
  stack.simulator.invalidate('young', 458);
  expect(await stack.lifecycles.recover(id, report(version))).toBe('expired');
  expect((await stack.row(id)).reason).toBe('deauthorized');
  expect(stack.refreshCalls('young')).toBe(0);
});

test('a checkpoint waits for its owner instead of expiring, and ends when the account is free again', async () => {
  const { id, version } = await stack.connect('checked');
  await stack.travel.advance(3 * DAY_MS);
  stack.simulator.invalidate('checked', 490);
  expect(await stack.lifecycles.recover(id, report(version))).toBe('undecided');
  expect(await stack.row(id)).toMatchObject({
    state: 'recovering',
    lastError: { code: 'user_action_required' },
  });
  // Looked at a number of times by then, and told once.
  await stack.travel.advance(DAY_MS);
  const told = (await stack.events(id)).filter((type) => type === 'token.owner_action_required');
  expect(told).toHaveLength(1);
  stack.simulator.restore('checked');
  expect(await stack.lifecycles.recover(id, { ...report(version), recheck: true })).toBe('verified_ok');
  expect((await stack.row(id)).state).toBe('active');
});

test('an expired connection whose token works after all is restored by a recheck', async () => {
  const { id, version } = await stack.connect('alive');
  stack.simulator.invalidate('alive', 464);
  stack.simulator.addFault({
    match: { path: '/me', account: 'alive' },
    times: 3,
    error: { code: 190, subcode: 460 },
  });
  expect(await stack.lifecycles.recover(id, report(version))).toBe('expired');
  stack.simulator.restore('alive');
  expect(await stack.lifecycles.recover(id, { ...report(version), recheck: true })).toBe('verified_ok');
  expect(await stack.row(id)).toMatchObject({ state: 'active', reason: null });
});

test('a refresh refused with 190 while the token lives is tried again by the ladder, not in a loop', async () => {
  const { id, version } = await stack.connect('contrary');
  await stack.travel.advance(40 * DAY_MS);
  stack.simulator.addFault({
    match: { path: '/refresh_access_token', account: 'contrary' },
    error: { code: 190 },
    status: 400,
  });
  await stack.travel.advance(7 * DAY_MS);
  expect(await stack.row(id)).toMatchObject({ state: 'refreshing', version, reason: null });
  expect(stack.refreshCalls('contrary')).toBeGreaterThan(5);
  expect(stack.refreshCalls('contrary')).toBeLessThan(30);
  stack.simulator.clearFaults();
  await stack.travel.advance(1 * DAY_MS);
  expect(await stack.row(id)).toMatchObject({ state: 'active', version: version + 1 });
}, 120_000);

test('throttling, outages and unknown codes never expire a connection', async () => {
  const { id, version } = await stack.connect('blip');
  await stack.travel.advance(3 * DAY_MS);
  for (const fault of [
    { error: { code: 4 }, status: 403 },
    { status: 500 },
    { error: { code: 99_999 } },
    { body: '<html>', status: 502 },
  ]) {
    stack.simulator.addFault({ match: { path: '/me', account: 'blip' }, times: 1, ...fault });
  }
  await stack.lifecycles.tokenRejected(id, report(version));
  await until(async () => (await stack.row(id)).state === 'recovering');
  // Throttled, the whole app waits five minutes.
  await stack.travel.advance(15 * MINUTE_MS);
  expect(await stack.events(id)).toEqual(['integration.connected', 'token.rejected', 'token.recovered']);
  expect(stack.refreshCalls('blip')).toBe(0);
});
