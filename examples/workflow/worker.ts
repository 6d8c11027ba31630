import { join } from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';

export const TASK_QUEUE = 'my-inbox';

/** A worker of your own queue, in Evergrant's namespace. It needs neither the database nor a key of Evergrant. */
export async function createWorker(address: string, namespace: string): Promise<Worker> {
  const connection = await NativeConnection.connect({ address });
  return Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: join(__dirname, 'workflows.ts'),
  });
}

async function main(): Promise<void> {
  const { TEMPORAL_ADDRESS = '127.0.0.1:7233', TEMPORAL_NAMESPACE = 'default' } = process.env;
  const worker = await createWorker(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE);
  await worker.run();
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
