import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type WorkerDeploymentOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { type Settings } from '../adapters/config';
import { packageVersion } from '../adapters/package-version';

const CHECKSUM_LENGTH = 12;

/**
 * How workers register with Temporal's Worker Versioning; null without EVERGRANT_DEPLOYMENT. Every run is pinned: its
 * history is replayed by the code that wrote it, and it changes versions where a new history begins.
 * @see https://docs.temporal.io/production-deployment/worker-deployments/worker-versioning
 */
export function deploymentOptions(
  {
    EVERGRANT_DEPLOYMENT: deploymentName,
    EVERGRANT_BUILD_ID: buildId,
  }: Pick<Settings, 'EVERGRANT_DEPLOYMENT' | 'EVERGRANT_BUILD_ID'>,
  bundle: WorkflowBundleOption,
): WorkerDeploymentOptions | null {
  if (deploymentName === undefined) return null;
  return {
    version: { deploymentName, buildId: buildId ?? buildIdOf(bundle) },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  };
}

/** The same for all processes of one release, and another as soon as workflow code differs. */
function buildIdOf(bundle: WorkflowBundleOption): string {
  const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath);
  return `${packageVersion()}-${createHash('sha256').update(code).digest('hex').slice(0, CHECKSUM_LENGTH)}`;
}
