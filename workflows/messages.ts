// Types alone, so that a workflow has nothing of a client, and `evergrant-client` nothing of the workflow SDK.
import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/client';
import { type Rejection } from '../core/lifecycle/facts';
import {
  type EnsureFreshInput,
  type EnsureFreshOutcome,
  type LifecycleStatus,
  type RecoverInput,
  type RecoverOutcome,
} from '../core/lifecycle/messages';
import { QUERIES, SIGNALS, UPDATES } from '../core/names';

/**
 * What a `TokenLifecycle` understands, as `defineSignal` and its like make it. Services in any language may send it by
 * name; TypeScript ones import the definitions from `evergrant-client/temporal`. Handlers check what arrives by hand: a
 * payload of another shape is counted and dropped.
 * @see https://docs.temporal.io/develop/typescript/workflows/message-passing
 */

/** A call was refused with 190 or 102 under this token version. */
export const tokenRejectedSignal = define<SignalDefinition<[Rejection]>>('signal', SIGNALS.tokenRejected);
/** Refresh at once, whatever the plan says. */
export const refreshNowSignal = define<SignalDefinition>('signal', SIGNALS.refreshNow);
/** The row changed outside the lifecycle: reconnect, disconnect, deauthorize, pause, resume. */
export const rowChangedSignal = define<SignalDefinition>('signal', SIGNALS.rowChanged);
/** Decide about a refused token version; answers within 20 seconds. */
export const recoverUpdate = define<UpdateDefinition<RecoverOutcome, [RecoverInput]>>(
  'update',
  UPDATES.recover,
);
/** One refresh attempt now, if due; answers within 20 seconds. */
export const ensureFreshUpdate = define<UpdateDefinition<EnsureFreshOutcome, [EnsureFreshInput]>>(
  'update',
  UPDATES.ensureFresh,
);
/** What the lifecycle knows and does next. */
export const statusQuery = define<QueryDefinition<LifecycleStatus>>('query', QUERIES.status);

function define<Definition>(type: 'signal' | 'update' | 'query', name: string): Definition {
  return { type, name } as Definition;
}
