import { Queue, Worker } from 'bullmq';
import { runRival } from './process';
import { AT_ONCE } from './token-job';

const QUEUE = 'refresh';

/**
 * BullMQ over Redis with an append-only file and no eviction, as its guide asks for in production; 30 jobs at a time,
 * finished ones removed. All else as it comes.
 * @see https://docs.bullmq.io/guide/going-to-production
 */
void runRival(async ({ redisPort, refresh }) => {
  const connection = { host: '127.0.0.1', port: redisPort!, maxRetriesPerRequest: null };
  const queue = new Queue<{ id: string }>(QUEUE, {
    connection,
    defaultJobOptions: { removeOnComplete: true },
  });
  const add = ({ id, at }: { id: string; at: number }) => ({
    name: QUEUE,
    data: { id },
    opts: { delay: Math.max(0, at - Date.now()) },
  });
  const worker = new Worker<{ id: string }>(
    QUEUE,
    async ({ data: { id } }) => {
      const { name, data, opts } = add({ id, at: await refresh(id) });
      await queue.add(name, data, opts);
    },
    { connection, concurrency: AT_ONCE },
  );
  worker.on('error', console.error);
  await worker.waitUntilReady();
  return {
    async schedule(jobs) {
      await queue.addBulk(jobs.map(add));
    },
  };
});
