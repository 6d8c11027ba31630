import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { published } from './servers';

export interface TestNamespace {
  readonly address: string;
  readonly namespace: string;
}

/**
 * A namespace of its own on the run's shared Temporal server, ready in some 20 ms: workflow ids, lists,
 * schedules and task queues of other test files cannot be met in it. One per test file.
 * Search attributes are the namespace's too: register them as the worker does.
 */
export async function createTestNamespace(): Promise<TestNamespace> {
  const address = published('temporalAddress');
  const namespace = uniqueName('test');
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
  } finally {
    await connection.close();
  }
  return { address, namespace };
}

/** A name that no other test uses. */
function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}
