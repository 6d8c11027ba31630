import { instagramActor } from '../../../core/access/actor';
import { randomUUID } from 'node:crypto';
import { storeAnswer } from '../../../activities/lifecycle/store-answer';
import { admitVerdict } from '../../../adapters/postgres/incidents/dead-verdicts';
import { RowMovedOn, applyChange } from '../../../adapters/postgres/integrations/apply-change';
import { deleteAccountData } from '../../../adapters/postgres/integrations/data-deletion';
import { deauthorize } from '../../../adapters/postgres/integrations/deauthorize';
import { disconnect } from '../../../adapters/postgres/integrations/disconnect';
import { type Integration, integrationOf } from '../../../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../../../adapters/postgres/pool';
import { Secret } from '../../../core/access/secret';
import { deauthorized, expired } from '../../../core/lifecycle/changes';
import { DAY_MS, MINUTE_MS } from '../../../core/time';
import { type Stack, startStack } from '../../support/stack';
import { until } from '../../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

const now = () => stack.simulator.clock.now();
const deadlocks = async () => {
  await stack.pool.query('select pg_stat_force_next_flush()');
  const { rows } = await stack.pool.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]!.deadlocks);
};
const request = (row: Integration) => ({
  provider: row.provider,
  appId: row.appId,
  userId: row.accountScopedId!,
  digest: Buffer.from(randomUUID()),
  issuedBefore: now() + DAY_MS,
});

const expire = (row: Integration) =>
  withTransaction(stack.pool, async (db) => {
    const { admitted } = await admitVerdict(db, row, now(), now());
    if (admitted) await applyChange(db, row, expired('invalidated', now()), now());
  });
const store = (row: Integration) => {
  const life = { issuedAt: now(), expiresAt: now() + 60 * DAY_MS, refreshAt: now() + 46 * DAY_MS };
  return storeAnswer(stack.deps, { row, token: new Secret('IGQ-new'), lifetimeClamped: false, ...life });
};

test('whatever ends or changes a connection takes its locks in one order', async () => {
  const before = await deadlocks();
  for (let round = 0; round < 6; round++) {
    const rows: Integration[] = [];
    for (let n = 0; n < 10; n++) rows.push(await stack.connect(`lock.${round}.${n}`, { start: false }));
    // Verdicts of before: from now on they are rows to be locked.
    for (const row of rows.slice(0, 4)) await expire(row);
    const work = rows.flatMap((row) => [
      () => expire(row),
      () => deauthorize(stack.pool, request(row), now(), instagramActor('127.0.0.1')),
      () => deleteAccountData(stack.pool, request(row), now(), instagramActor('127.0.0.1')),
      () => store(row),
      () => disconnect(stack.pool, row.id, now()),
    ]);
    const results = await Promise.allSettled(work.map((act) => act()));
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const error of failed) expect(error).toBeInstanceOf(RowMovedOn);
    await stack.pool.query('delete from provider_incidents');
  }
  expect((await deadlocks()) - before).toBe(0);
});

test('an incident that withdraws expiries leaves alone what the owner said meanwhile', async () => {
  const rows: Integration[] = [];
  for (let n = 0; n < 3; n++) rows.push(await stack.connect(`said.${n}`, { start: false }));
  const [first, second, tooMany] = rows as [Integration, Integration, Integration];
  // In a fleet of three one dead token a minute is believed: two within it make an incident of the third.
  await expire(first);
  stack.simulator.clock.advance(2 * MINUTE_MS);
  await expire(second);
  await stack.pool.query('update dead_verdicts set at = $1', [new Date(now())]);
  // The owner's word holds the row when the incident wants it, and is committed before the incident goes on.
  const owner = await stack.pool.connect();
  await owner.query('begin');
  const was = integrationOf(
    (await owner.query('select * from integrations where id = $1 for update', [first.id])).rows[0],
  );
  const verdict = withTransaction(stack.pool, (db) => admitVerdict(db, tooMany, now(), now()));
  await until(async () => {
    const { rows: waiting } = await stack.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  });
  await owner.query('delete from dead_verdicts where integration_id = $1', [first.id]);
  await applyChange(owner, was, deauthorized(was, now(), now()), now());
  await owner.query('commit');
  owner.release();

  expect(await verdict).toEqual({ admitted: false, withdrawn: [second.id] });
  expect(await stack.row(first.id)).toMatchObject({ state: 'expired', reason: 'deauthorized' });
  expect(await stack.row(second.id)).toMatchObject({ state: 'recovering' });
});
