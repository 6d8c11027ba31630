import { existsSync } from 'node:fs';
import path from 'node:path';
import { type WorkflowBundleOption, bundleWorkflowCode } from '@temporalio/worker';
import { cachedBundle } from './bundle-cache';

const WORKFLOWS = path.join(__dirname, '..', 'workflows');
/** Written by `npm run build`; a worker in production never bundles. */
export const PREBUILT_BUNDLE = path.join(__dirname, '..', 'workflow-bundle.js');

const converterPath = () => require.resolve(path.join(WORKFLOWS, 'payload-converter'));

/** The data converter of workers: reads what it can, and never wedges a run over what it cannot. */
export function workerDataConverter() {
  return { payloadConverterPath: converterPath() };
}

export async function buildBundle(): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath: require.resolve(WORKFLOWS),
    payloadConverterPath: converterPath(),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error },
  });
}

/** The workflows to run: the prebuilt bundle, else one of the sources. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  return existsSync(PREBUILT_BUNDLE) ? { codePath: PREBUILT_BUNDLE } : cachedBundle(buildBundle);
}
