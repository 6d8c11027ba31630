import { lifecycleWorkflowId } from '../../../../core/names';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../core/time';
import { type TestApi, useApi } from '../../../support/api';
import { contentsOf } from '../../../support/histories/contents';
import { type Stack } from '../../../support/stack';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));
afterEach(() => stack.calm());

const VISITS_A_DAY = 4;

async function history(id: string) {
  const { events = [] } = await stack.client.workflow.getHandle(lifecycleWorkflowId(id)).fetchHistory();
  return events ?? [];
}
const updatesOf = async (id: string) =>
  (await history(id)).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
const activitiesOf = async (id: string) =>
  (await history(id)).filter((event) => event.activityTaskScheduledEventAttributes).length;

/** All that pages, programs and services ask of a connection while somebody watches it. */
async function watch(id: string): Promise<void> {
  const path = `/v1/integrations/${id}`;
  const report = { version: 1, code: 190, subcode: null };
  await Promise.all([
    api.get(`${path}/token`),
    api.post(`${path}/ensure-fresh`, { withinDays: 60 }),
    api.get(`${path}/conversations`),
    api.post(`${path}/token-rejections`, { ...report, wait: false }),
    api.post(`${path}/token-rejections`, report),
    stack.lifecycles.recover(id, { ...report, source: 'watcher' }),
    stack.lifecycles.recover(id, { version: 1, source: 'watcher' }),
    stack.lifecycles.ensureFresh(id, { version: 1, withinMs: 60 * DAY_MS }),
  ]);
}

describe.each<[string, number, number, (username: string) => void]>([
  ['waits for its owner', 11, 5, (username) => void stack.simulator.invalidate(username, 490)],
  [
    'gets no answer',
    2,
    27,
    (username) => void stack.simulator.addFault({ match: { account: username }, status: 503 }),
  ],
])('a connection that %s', (state, days, attemptsADay, begin) => {
  const username = state.replaceAll(' ', '.');
  let id: string;
  beforeAll(async () => {
    ({ id } = await stack.connect(username));
    await stack.travel.advance(2 * DAY_MS);
    begin(username);
    await api.post(`/v1/integrations/${id}/token-rejections`, { version: 1, code: 190 });
    expect((await stack.row(id)).state).toBe('recovering');
  });

  test(`adds nothing but its own attempts to its history in ${days} days of being watched`, async () => {
    begin(username);
    // Past the first attempts, which callers may wait for.
    await stack.travel.advance(HOUR_MS);
    const before = await history(id);
    const [updates, attempts] = [await updatesOf(id), await activitiesOf(id)];
    for (let visit = 0; visit < days * VISITS_A_DAY; visit++) {
      await stack.travel.advance(DAY_MS / VISITS_A_DAY);
      await watch(id);
    }
    expect((await stack.row(id)).state).toBe('recovering');
    const after = await history(id);
    expect(contentsOf([{ events: after }]).signals).toEqual(contentsOf([{ events: before }]).signals);
    // One who asks the lifecycle itself in the seconds before an attempt waits for that.
    expect((await updatesOf(id)) - updates).toBeLessThanOrEqual(3 * days);
    expect((await activitiesOf(id)) - attempts).toBeLessThanOrEqual(days * attemptsADay);
    const own = after
      .slice(before.length)
      .filter(({ attributes }) => !/OptionsUpdated|TimeSkipping/.test(attributes ?? ''));
    expect(own.length / days).toBeLessThanOrEqual(attemptsADay * 11 + 10);
  }, 180_000);
});

describe('a check that was asked for', () => {
  test('is made at once, shared by clicks within a second, and after 20 in a day made twice an hour', async () => {
    const { id } = await stack.connect('asked');
    stack.simulator.invalidate('asked', 490);
    const recheck = async () => (await api.post(`/v1/integrations/${id}/recheck`)).body.outcome;
    expect(await recheck()).toBe('undecided');
    const checked = async () =>
      (await stack.events(id)).filter((type) => type === 'integration.checked').length;
    const before = await checked();
    stack.simulator.clock.advance(2 * SECOND_MS);
    // On a busy machine they would not all arrive within one second.
    const { clock } = stack.simulator;
    const standing = jest.spyOn(clock, 'now').mockReturnValue(clock.now());
    const clicks = await Promise.all(Array.from({ length: 5 }, recheck));
    standing.mockRestore();
    expect(new Set(clicks)).toEqual(new Set(['undecided']));
    expect((await checked()) - before).toBe(1);

    for (let times = 0; times < 60; times++) {
      stack.simulator.clock.advance(15 * SECOND_MS);
      expect(await recheck()).toBe('undecided');
    }
    expect(await updatesOf(id)).toBeLessThanOrEqual(22);
    expect(await activitiesOf(id)).toBeLessThanOrEqual(26);

    await stack.travel.advance(31 * MINUTE_MS);
    stack.simulator.restore('asked');
    expect(await recheck()).toBe('verified_ok');
  });

  test('of a healthy connection reports that it was made, and no refusal', async () => {
    const { id } = await stack.connect('healthy');
    expect((await api.post(`/v1/integrations/${id}/recheck`)).body.outcome).toBe('verified_ok');
    expect(await stack.events(id)).toEqual(['integration.connected', 'integration.checked']);
  });

  test('answers what the row says where it is not made', async () => {
    const { id } = await stack.connect('over.asked');
    await stack.travel.advance(2 * DAY_MS);
    stack.simulator.invalidate('over.asked', 460);
    const recheck = async () => (await api.post(`/v1/integrations/${id}/recheck`)).body.outcome;
    for (let times = 0; times < 25; times++) {
      expect(await recheck()).toBe('expired');
      stack.simulator.clock.advance(2 * SECOND_MS);
    }
    expect(await updatesOf(id)).toBeLessThanOrEqual(21);
  });
});

test('pages that load again and again while every refresh fails make few attempts, and a click makes one at once', async () => {
  const { id } = await stack.connect('reloaded');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.addFault({ match: { account: 'reloaded' }, status: 503 });
  const path = `/v1/integrations/${id}`;
  const load = () => api.post(`${path}/ensure-fresh`, { withinDays: 60 });
  const attempts = () => stack.refreshCalls('reloaded');
  for (let times = 0; times < 60; times++) {
    const { status, body } = await load();
    expect([status, body.code, typeof body.text]).toEqual([503, 'refresh_failed', 'string']);
    stack.simulator.clock.advance(21 * SECOND_MS);
  }
  expect(attempts()).toBeLessThan(12);
  // One who has not asked for a while is answered by an attempt, however often the ladder has failed meanwhile.
  await stack.travel.advance(3 * HOUR_MS);
  stack.simulator.clearFaults();
  expect((await load()).status).toBe(200);
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.addFault({ match: { account: 'reloaded' }, status: 503 });
  await load();
  const before = attempts();
  expect((await api.post(`${path}/refresh`)).body.code).toBe('refresh_failed');
  expect(attempts()).toBe(before + 1);
  for (let times = 0; times < 40; times++) {
    stack.simulator.clock.advance(2 * SECOND_MS);
    expect((await api.post(`${path}/refresh`)).body.code).toBe('refresh_failed');
  }
  expect(attempts()).toBeLessThanOrEqual(before + 20);
  stack.simulator.clearFaults();
  await stack.travel.advance(31 * MINUTE_MS);
  const { status } = await load();
  expect([status, (await stack.row(id)).version]).toEqual([200, 3]);
});
