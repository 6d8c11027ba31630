import { isGrpcServiceError } from '@temporalio/client';
import { openTemporal, temporalSettings } from '../adapters/temporal/connect';
import { ensureNexusEndpoint } from '../adapters/temporal/nexus-endpoint';
import { NEXUS_ENDPOINT, TASK_QUEUE } from '../core/names';
import { SECOND_MS } from '../core/time';
import { Failure } from './failures';
import { type Io } from './output/io';
import { say, sayJson } from './output/output';
import { withTemporal } from './settings';

const PATIENCE_MS = 10 * SECOND_MS;
/** gRPC's statuses where only Temporal Cloud's own tools may do it. @see https://grpc.io/docs/guides/status-codes/ */
const DENIED = [7, 12];

export interface EndpointOptions {
  name?: string;
  replace?: true;
  json?: true;
}

/** Creates the Nexus endpoint by which other namespaces call this installation's. */
export async function createEndpoint(io: Io, options: EndpointOptions): Promise<void> {
  const name = options.name ?? NEXUS_ENDPOINT;
  const temporal = openTemporal(temporalSettings(withTemporal(io.env)));
  try {
    const { namespace } = temporal.client.options;
    const target = { namespace, taskQueue: TASK_QUEUE };
    const result = await temporal.client
      .withDeadline(Date.now() + PATIENCE_MS, () =>
        ensureNexusEndpoint(temporal.client, name, target, { replace: options.replace === true }),
      )
      .catch((error: unknown) => {
        throw notPossible(error, name, namespace);
      });
    if (result.did === 'nothing')
      throw new Failure(
        `The endpoint ${name} leads to the task queue ${result.leadsTo?.taskQueue ?? '(none)'} of namespace ${result.leadsTo?.namespace ?? '(none)'}.`,
        ['Run it with --replace, or choose another name with --name.'],
      );
    if (options.json) sayJson(io, { endpoint: name, ...target, did: result.did });
    else
      say(
        io,
        `${TEXTS[result.did]}: the endpoint ${name} leads to the task queue ${TASK_QUEUE} of namespace ${namespace}.`,
      );
  } finally {
    await temporal.close();
  }
}

const TEXTS = { created: 'Created', kept: 'Nothing to do', replaced: 'Replaced' };

function notPossible(error: unknown, name: string, namespace: string): Failure {
  const cause = (error as { cause?: unknown }).cause ?? error;
  const message = isGrpcServiceError(cause) ? cause.details : (error as Error).message;
  const isDenied = isGrpcServiceError(cause) && DENIED.includes(cause.code);
  return new Failure(`Temporal did not create the endpoint: ${message}`, [
    isDenied
      ? `Temporal Cloud: tcld nexus endpoint create --name ${name} --target-namespace ${namespace} --target-task-queue ${TASK_QUEUE} --allow-namespace <caller>`
      : 'Check that it is running and that TEMPORAL_ADDRESS is correct.',
  ]);
}
