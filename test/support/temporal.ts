import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { published } from './servers';

export interface TestNamespace {
  readonly address: string;
  readonly namespace: string;
  /** Every namespace costs the server CPU time, even unused: it runs a worker of its own for each. */
  drop(): Promise<void>;
}

/**
 * A namespace of its own on the run's shared Temporal server, ready in some 20 ms: workflow ids, lists,
 * schedules and task queues of other test files cannot be met in it. One per test file.
 * Search attributes are the namespace's too: register them as the worker does.
 */
export async function createTestNamespace(): Promise<TestNamespace> {
  const address = published('temporalAddress');
  const namespace = uniqueName('test');
  await withConnection((connection) =>
    connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    }),
  );
  const drop = () =>
    withConnection((connection) => connection.operatorService.deleteNamespace({ namespace }));
  return { address, namespace, drop };
}

async function withConnection(work: (connection: Connection) => Promise<unknown>): Promise<void> {
  const connection = await Connection.connect({ address: published('temporalAddress') });
  try {
    await work(connection);
  } finally {
    await connection.close();
  }
}

/** A name that no other test uses. */
function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}
