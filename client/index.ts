/** What other programs import from the package. */
export {
  type EnsuredFresh,
  type LifecycleClient,
  type Recovered,
  createLifecycleClient,
} from './lifecycle-client';
export {
  type EnsureFreshInput,
  type LifecycleStatus,
  type RecoverInput,
  ensureFreshUpdate,
  recoverUpdate,
  refreshNowSignal,
  rowChangedSignal,
  statusQuery,
  tokenRejectedSignal,
} from '../workflows/messages';
export { lifecycleWorkflowId } from '../core/names';
