import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { runRival } from './process';
import { AT_ONCE } from './token-job';

const TASK = 'refresh';

/**
 * Graphile Worker with 30 jobs at a time and otherwise as it comes: a poll every 2 s, after which each finished job fetches
 * the next; a notification for jobs that are due at once.
 * @see https://worker.graphile.org/docs/library/run
 */
void runRival(async ({ databaseUrl, refresh }) => {
  const logger = new Logger(() => (level, message) => {
    if (level === 'error') console.error(message);
  });
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger });
  await utils.migrate();
  await run({
    ...{ connectionString: databaseUrl, logger, noHandleSignals: true },
    concurrency: AT_ONCE,
    maxPoolSize: AT_ONCE + 2,
    taskList: {
      [TASK]: async (payload, { addJob }) => {
        const { id } = payload as { id: string };
        const next = await refresh(id);
        await addJob(TASK, { id }, { runAt: new Date(next) });
      },
    },
  });
  return {
    async schedule(jobs) {
      await utils.addJobs(
        jobs.map(({ id, at }) => ({ identifier: TASK, payload: { id }, runAt: new Date(at) })),
      );
    },
  };
});
