import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type FailureCase, FAILURES, UNREADABLE } from '../../support/failures';
import { type Fleet, createFleet } from '../../support/fleet';
import { type Stack, startStack } from '../../support/stack';

let stack: Stack;
let control: Fleet;
let accounts = 0;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  control = await createFleet(stack, 1, 'control');
});
afterAll(() => stack.stop());
afterEach(async () => {
  await stack.calm();
  // Expiries far apart are no incident.
  stack.simulator.clock.advance(5 * MINUTE_MS);
  await stack.pool.query('delete from provider_incidents');
});

const TOKEN_PATHS = ['/me', '/refresh_access_token'];

async function connected(): Promise<{ fleet: Fleet; username: string }> {
  const prefix = `table${(accounts += 1)}`;
  return { fleet: await createFleet(stack, 1, prefix), username: `${prefix}_0` };
}

function answers(paths: readonly string[], username: string, { status, error }: FailureCase, times?: number) {
  for (const path of paths) {
    stack.simulator.addFault({
      match: { path, account: username },
      status,
      error,
      ...(times !== undefined && { times }),
    });
  }
}

async function only(fleet: Fleet): Promise<Integration> {
  const [row] = await fleet.rows();
  return row!;
}

/** One hour at its own pace, which is a check per minute during an incident; then one check every quarter of an hour. */
async function forThreeHours(fleet: Fleet): Promise<void> {
  await fleet.run(HOUR_MS);
  for (let quarter = 0; quarter < 8; quarter += 1) {
    stack.simulator.clock.advance(15 * MINUTE_MS);
    await fleet.run(0);
  }
}

describe.each(FAILURES)('$name', (failure) => {
  test(`as the answer to every check ${failure.expires ? `ends in ${failure.expires}` : 'expires no connection'}`, async () => {
    const { fleet, username } = await connected();
    answers(TOKEN_PATHS, username, failure);
    fleet.reject(fleet.ids);
    await (failure.expires ? fleet.run(2 * MINUTE_MS) : forThreeHours(fleet));
    const row = await only(fleet);
    expect([row.state, row.reason]).toEqual(
      failure.expires ? ['expired', failure.expires] : ['recovering', null],
    );
    if (failure.lastError) expect(row.lastError?.code).toBe(failure.lastError);
    expect(row.lastError?.text ?? '').not.toMatch(/IGAA|probe:|refresh:/);
  });

  test('as the answer to one refresh of a valid token only delays the refresh', async () => {
    const { fleet, username } = await connected();
    stack.simulator.clock.advance((await only(fleet)).refreshAt! - stack.simulator.clock.now());
    answers(['/refresh_access_token'], username, failure, 1);
    await fleet.run(0);
    const failed = await only(fleet);
    expect(failed.state).not.toBe('expired');
    await fleet.run(2 * DAY_MS);
    const row = await only(fleet);
    expect([row.state, row.version, row.lastError]).toEqual(['active', 2, null]);
  });
});

describe.each(UNREADABLE)('$name', (failure) => {
  test('expires the connection while other connections work', async () => {
    const { fleet, username } = await connected();
    answers(TOKEN_PATHS, username, failure);
    fleet.reject(fleet.ids);
    await fleet.run(2 * MINUTE_MS);
    expect(await only(fleet)).toMatchObject({ state: 'expired', reason: failure.expires });
  });

  test('expires nothing while no connection works: then the host or the key is wrong', async () => {
    const { fleet } = await connected();
    const { status, error } = failure;
    for (const path of TOKEN_PATHS) stack.simulator.addFault({ match: { path }, status, error });
    fleet.reject(fleet.ids);
    await forThreeHours(fleet);
    expect((await only(fleet)).state).toBe('recovering');
    await stack.calm();
    await fleet.run(2 * HOUR_MS);
    expect((await only(fleet)).state).toBe('active');
  });
});

test('a refresh deferred for rate limits is not a lost answer: a later expiry keeps its own reason', async () => {
  const { fleet, username } = await connected();
  stack.simulator.clock.advance((await only(fleet)).refreshAt! - stack.simulator.clock.now());
  answers(
    ['/refresh_access_token'],
    username,
    { name: '', status: 403, error: { code: 17 }, expires: null },
    1,
  );
  await fleet.run(0);
  // The ladder asks again before the wait of the account is over.
  await stack.pool.query('update integrations set next_attempt_at = now() where id = $1', fleet.ids);
  await fleet.run(0);
  const { rows } = await stack.pool.query(
    'select outcome from refresh_attempts where integration_id = $1',
    fleet.ids,
  );
  expect(rows.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);

  await stack.calm();
  stack.simulator.invalidate(username, 460);
  fleet.reject(fleet.ids);
  await fleet.run(2 * MINUTE_MS);
  expect(await only(fleet)).toMatchObject({ state: 'expired', reason: 'password_changed' });
});

test('the control connection of these tests stayed active', async () => {
  expect(await only(control)).toMatchObject({ state: 'active', recovery: null });
});
