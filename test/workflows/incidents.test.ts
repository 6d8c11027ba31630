import { DAY_MS, MINUTE_MS } from '../../core/time';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const report = { version: 1, code: 190, subcode: null, source: 'test' };
const told = async (type: string) =>
  (await stack.pool.query('select 1 from events where type = $1', [type])).rowCount;

test('during an incident the first expiry is withdrawn, and all connections recover by themselves', async () => {
  const ids: string[] = [];
  for (const username of ['one', 'two', 'three']) ids.push((await stack.connect(username)).id);
  await stack.travel.advance(2 * DAY_MS);
  for (const path of ['/me', '/refresh_access_token'])
    stack.simulator.addFault({ match: { path }, status: 400, error: { code: 190, subcode: 460 } });

  expect(await stack.lifecycles.recover(ids[0]!, report)).toBe('expired');
  expect(await stack.lifecycles.recover(ids[1]!, report)).toBe('undecided');
  expect(await stack.lifecycles.recover(ids[2]!, report)).toBe('undecided');
  await until(async () => (await stack.lifecycles.status(ids[0]!)).facts?.state === 'recovering');
  const { rows } = await stack.pool.query('select state from integrations');
  expect(rows.map(({ state }) => state)).toEqual(['recovering', 'recovering', 'recovering']);
  await stack.travel.advance(5 * MINUTE_MS);
  expect(await told('provider.incident_ended')).toBe(0);

  await stack.calm();
  // One probes at a time: who loses its turn to another tries again a minute later.
  await stack.travel.advance(5 * MINUTE_MS);
  for (const id of ids) {
    const { facts } = await stack.lifecycles.status(id);
    expect([facts?.state, facts?.version]).toEqual(['active', 1]);
  }
  expect(await told('provider.incident_started')).toBe(1);
  expect(await told('provider.incident_ended')).toBe(1);
  expect(await told('integration.expired')).toBe(1);
  expect(await told('integration.reminder')).toBe(0);
});
