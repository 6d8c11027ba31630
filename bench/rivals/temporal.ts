import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { atOnce } from '../measure';
import { runRival } from './process';
import { type refreshForever } from './temporal-workflow';
import { AT_ONCE } from './token-job';

/**
 * Temporal alone: one workflow per token that sleeps, runs the whole job as one activity and continues as new. 30 activities
 * at a time, the worker otherwise as it comes. What Evergrant costs beyond this is its own.
 * @see https://docs.temporal.io/develop/typescript/workers/worker-performance
 */
void runRival(async ({ temporalAddress: address, refresh }) => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const taskQueue = randomUUID();
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowsPath: require.resolve('./temporal-workflow'),
    activities: { refresh: (id: string) => refresh(id) },
    maxConcurrentActivityTaskExecutions: AT_ONCE,
  });
  void worker.run();
  const client = new Client({ connection: await Connection.connect({ address }) });
  return {
    async schedule(jobs) {
      await atOnce(jobs, AT_ONCE, ({ id, at }) =>
        client.workflow.start<typeof refreshForever>('refreshForever', {
          ...{ taskQueue, workflowId: `${taskQueue}/${id}`, args: [id, at] },
        }),
      );
    },
  };
});
