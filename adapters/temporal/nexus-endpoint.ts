import { type Client } from '@temporalio/client';

/** Where a Nexus endpoint leads: a task queue of a namespace. @see https://docs.temporal.io/nexus/endpoints */
export interface NexusTarget {
  namespace: string;
  taskQueue: string;
}

interface Spec {
  name?: string | null;
  target?: { worker?: Partial<NexusTarget> | null } | null;
}

interface OperatorService {
  listNexusEndpoints(request: { name: string }): Promise<{
    endpoints?: { id?: string | null; version?: unknown; spec?: Spec | null }[] | null;
  }>;
  createNexusEndpoint(request: { spec: Spec }): Promise<unknown>;
  updateNexusEndpoint(request: { id: string; version: unknown; spec: Spec }): Promise<unknown>;
}

export type EndpointResult =
  { did: 'created' | 'kept' | 'replaced' } | { did: 'nothing'; leadsTo: Partial<NexusTarget> | null };

/**
 * Makes sure that an endpoint of this name leads to this target. One that leads elsewhere is replaced on request alone.
 * Endpoints belong to the whole cluster, and need the rights of an operator.
 */
export async function ensureNexusEndpoint(
  client: Client,
  name: string,
  target: NexusTarget,
  { replace }: { replace: boolean },
): Promise<EndpointResult> {
  const { operatorService } = client.connection as unknown as { operatorService: OperatorService };
  const spec = { name, target: { worker: target } };
  const [known] = (await operatorService.listNexusEndpoints({ name })).endpoints ?? [];
  if (!known?.id) {
    await operatorService.createNexusEndpoint({ spec });
    return { did: 'created' };
  }
  const leadsTo = known.spec?.target?.worker ?? null;
  if (leadsTo?.namespace === target.namespace && leadsTo.taskQueue === target.taskQueue)
    return { did: 'kept' };
  if (!replace) return { did: 'nothing', leadsTo };
  await operatorService.updateNexusEndpoint({ id: known.id, version: known.version, spec });
  return { did: 'replaced' };
}
