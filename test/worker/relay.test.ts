import { join } from 'node:path';
import { type Pool } from 'pg';
import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { deliverNext } from '../../activities/deliveries/deliver-next';
import { MINUTE_MS } from '../../core/time';
import { type Relay, startRelay } from '../../worker/relay';
import { startApi } from '../support/api';
import { type Consumer, startConsumer } from '../support/consumer';
import { startProgram } from '../support/program';
import { published } from '../support/servers';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
let consumer: Consumer;
beforeEach(async () => {
  stack = await startStack({ workers: false });
  consumer = await startConsumer();
  const api = await startApi(stack);
  await api.post('/v1/webhook-endpoints', { url: consumer.url, events: ['*'] });
  await api.stop();
});
afterEach(async () => {
  await stack.stop();
  await consumer.stop();
});

const relay = (): Relay =>
  startRelay({ ...stack.deps, temporal: stack.client, reach: { owners: false, operators: false } });
async function write(integrationIds: string[], count: number): Promise<void> {
  await stack.pool.query(
    `insert into events (id, type, at, integration_id, data)
     select format('evt_%s_%s', i, n), 'message.received', $2, i, '{}'
     from generate_series(1, $3) n, unnest($1::text[]) i order by n`,
    [integrationIds, new Date(stack.simulator.clock.now() + MINUTE_MS), count],
  );
}
const handedOver = async () => {
  const { rows } = await stack.pool.query<{ open: string; all: string }>(
    'select count(*) filter (where handed_over_at is null) as open, count(*) as all from deliveries',
  );
  return [Number(rows[0]!.open), Number(rows[0]!.all)];
};
const runsOf = async (id: string) => {
  const runs = [];
  for await (const run of stack.client.workflow.list()) if (run.workflowId.endsWith(id)) runs.push(run);
  return runs;
};

test('a relay killed between handing over and writing it down: the next hands over again, and it is delivered once', async () => {
  await write(['int_1'], 3);
  const { connectionString } = (stack.pool as unknown as { options: { connectionString: string } }).options;
  const doomed = startProgram(join(__dirname, 'fixtures', 'relay-that-dies.ts'), [
    connectionString,
    published('temporalAddress'),
    stack.client.options.namespace,
  ]);
  expect(await doomed.ended).toBe('SIGKILL');
  expect(await handedOver()).toEqual([3, 3]);
  await stack.startWorkers();
  await until(async () => consumer.taken().length === 3 && (await handedOver())[0] === 0);
  expect(consumer.received.map(({ id }) => id)).toEqual(['evt_int_1_1', 'evt_int_1_2', 'evt_int_1_3']);
});

test('a worker that dies between a post and its note posts the same id again, once', async () => {
  let deaths = 1;
  const dying = new Proxy(stack.pool, {
    get: (target, name) =>
      name === 'query'
        ? (text: string, values: unknown[]) =>
            text.startsWith('update deliveries set status') && deaths-- > 0
              ? Promise.reject(new Error('killed'))
              : target.query(text, values)
        : (Reflect.get(target, name) as unknown),
  }) as Pool;
  await stack.startWorkers({ deliverNext: (input) => deliverNext({ ...stack.deps, pool: dying }, input) });
  await write(['int_1'], 2);
  await until(() => consumer.taken().length === 3);
  expect(consumer.received.map(({ id }) => id)).toEqual(['evt_int_1_1', 'evt_int_1_1', 'evt_int_1_2']);
});

test('several relays at once keep the order of every integration, and deliver nothing twice', async () => {
  await stack.startWorkers();
  const more = [relay(), relay()];
  const ids = ['int_a', 'int_b', 'int_c'];
  await write(ids, 120);
  await until(() => consumer.taken().length === 360, { timeoutMs: 60_000 });
  for (const id of ids)
    expect(
      consumer
        .taken()
        .filter(({ event }) => event.subject === id)
        .map((one) => one.id),
    ).toEqual(Array.from({ length: 120 }, (_, n) => `evt_${id}_${n + 1}`));
  await Promise.all(more.map((one) => one.stop()));
}, 90_000);

test('three hundred of one integration come in their order within seconds', async () => {
  await stack.startWorkers();
  await write(['int_long'], 300);
  await until(() => consumer.taken().length === 300, { timeoutMs: 60_000 });
  expect(consumer.taken().map(({ id }) => id)).toEqual(
    Array.from({ length: 300 }, (_, n) => `evt_int_long_${n + 1}`),
  );
}, 90_000);

test('a lane that goes on and on continues as new, and ends when it is empty', async () => {
  let steps = 0;
  await stack.startWorkers({ deliverNext: async () => ({ waitMs: steps++ < 120 ? 0 : null }) });
  await write(['int_long'], 1);
  await until(
    async () => {
      const runs = await runsOf('int_long');
      return runs.length === 2 && runs.every(({ status }) => status.name !== 'RUNNING');
    },
    { timeoutMs: 60_000 },
  );
  const [last, first] = await runsOf('int_long');
  expect([last!.status.name, first!.status.name].sort()).toEqual(['COMPLETED', 'CONTINUED_AS_NEW']);
}, 90_000);

test('when the connection that listens is lost, what happens is found all the same', async () => {
  await stack.startWorkers();
  await write(['int_1'], 1);
  await until(() => consumer.taken().length === 1);
  const { rowCount } = await stack.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query = 'listen evergrant_outbox'`,
  );
  expect(rowCount).toBe(1);
  await write(['int_2'], 1);
  await until(() => consumer.taken().length === 2, { timeoutMs: 15_000 });
});

test('while Temporal cannot be reached events wait, and lose nothing', async () => {
  const unreachable = startRelay({
    ...stack.deps,
    temporal: { workflow: { signalWithStart: () => Promise.reject(new Error('away')) } } as never,
    reach: { owners: false, operators: false },
  });
  await write(['int_1'], 2);
  await until(async () => (await handedOver())[1] === 2);
  expect((await handedOver())[0]).toBe(2);
  await unreachable.stop();
  await stack.startWorkers();
  await until(() => consumer.taken().length === 2);
});

test('who changed what is told to those alone who asked for it', async () => {
  const api = await startApi(stack);
  const asks = async (events: string[]) =>
    (await api.post('/v1/webhook-endpoints', { url: consumer.url, events })).body.id as string;
  const named = await asks(['audit_entry.created']);
  const both = await asks(['*', 'audit_entry.created']);
  await stack.pool.query('update events set relayed_at = at');
  const actor = { kind: 'cli', id: null, name: 'jo', user: null, address: null } as const;
  await addAuditEntry(stack.pool, actor, { action: 'audit.run' }, stack.simulator.clock.now());
  const running = relay();
  const told = async () => {
    const { rows } = await stack.pool.query<{ endpoint_id: string }>(
      "select endpoint_id from deliveries where event_type = 'audit_entry.created'",
    );
    return rows.map(({ endpoint_id: id }) => id).sort();
  };
  await until(async () => (await told()).length > 0);
  expect(await told()).toEqual([named, both].sort());
  expect(
    (await api.post('/v1/webhook-endpoints', { url: consumer.url, events: ['*', 'token.refreshed'] })).status,
  ).toBe(400);
  await running.stop();
  await api.stop();
});

test('one that is stopped while it starts does not wait for its next look', async () => {
  let isOver = false;
  void relay()
    .stop()
    .then(() => (isOver = true));
  await until(() => isOver, { timeoutMs: 4_000, what: 'it has stopped' });
});
