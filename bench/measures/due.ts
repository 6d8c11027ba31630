import { type Client } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../../core/names';
import { DAY_MS, SECOND_MS } from '../../core/time';
import { createLifecycles } from '../../services/lifecycles';
import { startConsumer } from '../../test/support/consumer';
import { until } from '../../test/support/until';
import { type Deployment, WITHOUT_LIMITS, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import { type Benchmark, type Figure, type Size, asleep, atOnce, lagFigures, rounded } from '../measure';
import { expectStatus, sender } from '../request';
import { actionsFound, actionsPerLifecycle } from '../temporal-actions';
import { usageOf, usedBy } from '../usage';

const SIZES = { full: 600, smoke: 4 };
/** How long after its rows were written a fleet has set its timers, for each connection. */
const LEAD_MS = { full: 120, smoke: 2 * SECOND_MS };
/** A token of 60 days is refreshed 14 days before it expires. */
const REFRESHES_A_YEAR = 365 / 46;

export const due: Benchmark = {
  name: 'due',
  about:
    'Planned refreshes that are all due at one instant, without anybody who waits for them: how late each begins, what it uses, and what that makes in a year in which nothing goes wrong. Without a webhook endpoint, and with one that takes every event.',
  async run(size, progress) {
    const each = SIZES[size];
    const deployment = await startDeployment();
    const consumer = await startConsumer();
    try {
      await deployment.pool.query('create extension pg_stat_statements');
      const ids = await connectFleet(deployment, 2 * each, Date.now() - 2 * DAY_MS);
      const figures: Figure[] = [];
      for (const of of ['no webhook endpoint', 'one webhook endpoint']) {
        progress(of);
        if (figures.length > 0) await register(deployment, consumer.url);
        const chosen = figures.length > 0 ? ids.slice(each) : ids.slice(0, each);
        for (const figure of await allDue(deployment, chosen, size)) figures.push({ of, ...figure });
      }
      if (consumer.taken().length < each)
        throw new Error(`${consumer.taken().length} of ${each} events arrived`);
      return figures;
    } finally {
      await deployment.stop();
      await consumer.stop();
    }
  },
};

async function register({ startApi }: Deployment, url: string): Promise<void> {
  const api = await startApi();
  const send = sender(api.url);
  expectStatus(await send('POST', '/v1/webhook-endpoints', { url, events: ['token.refreshed'] }), 201);
  send.close();
  await api.stop();
}

async function allDue(deployment: Deployment, ids: string[], size: Size): Promise<Figure[]> {
  const { pool } = deployment;
  const dueAt = Date.now() + 5 * SECOND_MS + LEAD_MS[size] * ids.length;
  await pool.query('update integrations set refresh_at = $2, revision = revision + 1 where id = any ($1)', [
    ids,
    new Date(dueAt),
  ]);
  const worker = await deployment.startWorker(WITHOUT_LIMITS);
  const lifecycles = createLifecycles(deployment.client);
  await atOnce(ids, 30, (id) => lifecycles.rowChanged(id));
  await asleep(deployment, 2 * SIZES[size]);
  if (size === 'full' && Date.now() > dueAt)
    throw new Error('The fleet was due before it slept: this machine is too slow.');
  const used = () => usedBy(deployment, { worker });
  const before = await used();
  const isDone = async () => {
    const { rows } = await pool.query<{ open: string }>(
      `select (select count(*) from integrations where id = any ($1) and token_version = 1)
         + (select count(*) from deliveries where status = 'waiting')
         + (select count(*) from events where relayed_at is null) as open`,
      [ids],
    );
    return rows[0]!.open === '0';
  };
  await until(isDone, { timeoutMs: 600_000, everyMs: 500, what: 'all are refreshed' });
  const after = await used();
  const { rows } = await pool.query<{ started_at: Date }>(
    'select started_at from refresh_attempts where integration_id = any ($1)',
    [ids],
  );
  const lags = rows.map((row) => row.started_at.getTime() - dueAt);
  const actions = await actionsPerRefresh(deployment.client, ids, dueAt);
  await worker.stop();
  const perRefresh = [
    ...usageOf(before, after, ids.length),
    { what: 'Temporal actions', value: rounded(actions), unit: '' },
  ];
  return [
    ...lagFigures(`start lag, ${ids.length} due at once`, lags),
    ...perRefresh.map((figure) => ({ ...figure, what: `a refresh: ${figure.what}` })),
    ...perRefresh.map((figure) => ({
      ...figure,
      what: `a year: ${figure.what}`,
      value: rounded(figure.value * REFRESHES_A_YEAR),
    })),
  ];
}

/** Of the lifecycles, by a sample of their histories, and of all deliveries. */
async function actionsPerRefresh(client: Client, ids: readonly string[], since: number): Promise<number> {
  const deliveries = await actionsFound(client, `WorkflowType = '${WORKFLOW_TYPES.deliverEvent}'`, since);
  return (await actionsPerLifecycle(client, ids, since)) + deliveries / ids.length;
}
