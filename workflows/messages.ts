import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
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
 * What a `TokenLifecycle` understands. Services in any language may send it by name; TypeScript ones import the
 * definitions from `evergrant-client/temporal`. Handlers check what arrives by hand: a payload of another shape is counted and dropped.
 * @see https://docs.temporal.io/develop/typescript/workflows/message-passing
 */

/** A call was refused with 190 or 102 under this token version. */
export const tokenRejectedSignal = defineSignal<[Rejection]>(SIGNALS.tokenRejected);
/** Refresh at once, whatever the plan says. */
export const refreshNowSignal = defineSignal(SIGNALS.refreshNow);
/** The row changed outside the lifecycle: reconnect, disconnect, deauthorize, pause, resume. */
export const rowChangedSignal = defineSignal(SIGNALS.rowChanged);

/** Decide about a refused token version; answers within 20 seconds. */
export const recoverUpdate = defineUpdate<RecoverOutcome, [RecoverInput]>(UPDATES.recover);

/** One refresh attempt now, if due; answers within 20 seconds. */
export const ensureFreshUpdate = defineUpdate<EnsureFreshOutcome, [EnsureFreshInput]>(UPDATES.ensureFresh);

export const statusQuery = defineQuery<LifecycleStatus>(QUERIES.status);
