/** `evergrant-client/temporal`: lifecycles over Temporal, for programs that have a `@temporalio/client` of their own. */
export {
  type EnsuredFresh,
  type LifecycleClient,
  type Recovered,
  createLifecycleClient,
} from './lifecycle-client';
export { LifecycleError, type LifecycleErrorCode } from './lifecycle-errors';
export {
  ensureFreshUpdate,
  recoverUpdate,
  refreshNowSignal,
  rowChangedSignal,
  statusQuery,
  tokenRejectedSignal,
} from '../workflows/messages';
export { type LifecycleFacts, type Rejection } from '../core/lifecycle/facts';
export { type EnsureFreshInput, type LifecycleStatus, type RecoverInput } from '../core/lifecycle/messages';
export { INSTAGRAM_TASK_QUEUE, TASK_QUEUE, WORKFLOW_TYPES, lifecycleWorkflowId } from '../core/names';
