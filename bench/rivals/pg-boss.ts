import PgBoss from 'pg-boss';
import { runRival } from './process';
import { AT_ONCE } from './token-job';

const QUEUE = 'refresh';

/**
 * pg-boss 10, the last for Node 20. A worker takes 30 jobs at a time and asks for more without a pause while there are some,
 * otherwise it polls every half second: the shortest that is allowed (2 s by default). All else as it comes.
 * @see https://github.com/timgit/pg-boss/blob/10.4.2/docs/readme.md#workname-options-handler
 */
void runRival(async ({ databaseUrl, refresh }) => {
  const boss = new PgBoss(databaseUrl);
  boss.on('error', console.error);
  await boss.start();
  await boss.createQueue(QUEUE);
  const options = { batchSize: AT_ONCE, pollingIntervalSeconds: 0.5 };
  const worker: string = await boss.work<{ id: string }>(QUEUE, options, async (jobs) => {
    await Promise.all(
      jobs.map(async ({ data: { id } }) => {
        const next = await refresh(id);
        await boss.send(QUEUE, { id }, { startAfter: new Date(next) });
      }),
    );
    if (jobs.length === AT_ONCE) boss.notifyWorker(worker);
  });
  return {
    schedule: (jobs) =>
      boss.insert(jobs.map(({ id, at }) => ({ name: QUEUE, data: { id }, startAfter: new Date(at) }))),
  };
});
