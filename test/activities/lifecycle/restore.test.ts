import { recoverToken } from '../../../activities/lifecycle/recover-token';
import { refreshToken } from '../../../activities/lifecycle/refresh-token';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type Stack, startStack } from '../../support/stack';

const FLEET = 24;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

const TABLES = ['integrations', 'token_versions', 'refresh_attempts', 'events'];
async function backUp(): Promise<void> {
  for (const table of TABLES)
    await stack.pool.query(
      `drop table if exists backup_${table}; create table backup_${table} as table ${table}`,
    );
}

/** The database of an hour ago, as a restored backup has it. */
async function restore(): Promise<void> {
  for (const table of [...TABLES].reverse()) await stack.pool.query(`delete from ${table}`);
  for (const table of TABLES) {
    const { rows } = await stack.pool.query<{ names: string }>(
      `select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
       where table_name = $1 and is_generated = 'NEVER'`,
      [table],
    );
    const { names } = rows[0]!;
    await stack.pool.query(
      `insert into ${table} (${names}) overriding system value select ${names} from backup_${table}`,
    );
  }
}

const rejection = { version: 1, code: 190, subcode: null, source: 'test' };
async function reported(ids: string[]): Promise<void> {
  for (const id of ids) await recoverToken(stack.deps, { integrationId: id, version: 1, rejection });
}
const statesOf = async (ids: string[]) => Promise.all(ids.map(async (id) => (await stack.row(id)).state));

test('after a restore every token that Instagram still accepts is in use again, and no crowd expires', async () => {
  const ids: string[] = [];
  for (let n = 0; n < FLEET; n++) ids.push((await stack.connect(`restored.${n}`, { start: false })).id);
  stack.simulator.clock.advance(50 * DAY_MS);
  await backUp();
  // In the hour before the loss most tokens were refreshed, and some of the old ones died of it.
  const dead = ids.slice(0, 12);
  for (const [n, id] of ids.entries()) {
    stack.simulator.setMode({ refreshReturns: n < dead.length ? 'new_old_dead' : 'new_old_valid' });
    await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
  }
  stack.simulator.clock.advance(HOUR_MS);
  await restore();

  await reported(ids);
  const living = ids.slice(dead.length);
  // So many at once are an incident, which asks before it believes.
  expect(await statesOf(ids)).not.toContain('expired');

  for (let minute = 0; minute < 120; minute++) {
    stack.simulator.clock.advance(MINUTE_MS);
    // One asks per interval while the incident lasts; by their jitter each of them gets its turn.
    const first = minute % FLEET;
    for (const id of [...ids.slice(first), ...ids.slice(0, first)]) {
      const row = await stack.row(id);
      if (row.state === 'recovering')
        await recoverToken(stack.deps, { integrationId: id, version: row.version, rejection: null });
    }
  }
  for (const id of dead)
    expect(await stack.row(id)).toMatchObject({ state: 'expired', reason: 'invalidated' });
  expect(await statesOf(living)).toEqual(living.map(() => 'active'));
});
