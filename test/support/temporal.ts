import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { type TemporalSettings } from '../../adapters/temporal/connect';
import { type NetworkPath, openNetworkPath } from './network-path';
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

/** The way to the run's Temporal server, which a test can disturb, and settings by which a client takes it. */
export async function openTemporalPath(): Promise<NetworkPath & { settings: TemporalSettings }> {
  const [host, port] = published('temporalAddress').split(':') as [string, string];
  const path = await openNetworkPath({ host, port: Number(port) });
  const connectionOptions = { address: `127.0.0.1:${path.port}` };
  return { ...path, settings: { connectionOptions, namespace: 'default' } };
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
