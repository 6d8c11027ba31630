import { workflowInfo } from '@temporalio/workflow';

/**
 * Tells when workers of another version should go on with this run, as a new one. A run that was behind from its start
 * was put there by an operator, and stays: it would only begin again and again.
 * @see https://docs.temporal.io/production-deployment/worker-deployments/upgrade-on-continue-as-new
 */
export function watchVersion(): () => boolean {
  const isBehind = () => workflowInfo().targetWorkerDeploymentVersionChanged;
  const wasBehind = isBehind();
  return () => !wasBehind && isBehind();
}

/** For continue-as-new: the next run begins on the version of its time, not on that of this run. */
export function onNextVersion(): { initialVersioningBehavior?: 'AUTO_UPGRADE' } {
  return workflowInfo().currentDeploymentVersion ? { initialVersioningBehavior: 'AUTO_UPGRADE' } : {};
}
