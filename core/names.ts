import { UPDATE_SLOT_MS } from './lifecycle/recovery-policy';
import { SECOND_MS } from './time';

/** The names that Temporal, its UI and other services know Evergrant by. */
export const TASK_QUEUE = 'evergrant';
/** Calls to Instagram have their own queue, so that a slow provider never holds up the rest. */
export const INSTAGRAM_TASK_QUEUE = 'evergrant-instagram';
/** So have calls to customers' webhooks. */
export const DELIVERY_TASK_QUEUE = 'evergrant-deliveries';
/** Mails do not wait behind webhooks. */
export const MAIL_TASK_QUEUE = 'evergrant-mails';
/** By which other namespaces call the Nexus service, unless an operator names it differently. */
export const NEXUS_ENDPOINT = 'evergrant';
export const AUDIT_SCHEDULE_ID = 'evergrant-fleet-audit';

export const WORKFLOW_TYPES = {
  tokenLifecycle: 'TokenLifecycle',
  sendMessage: 'SendMessage',
  deliverEvent: 'DeliverEvent',
  fleetAudit: 'FleetAudit',
  bulkOperation: 'BulkOperation',
} as const;
/** What a lifecycle's type was called before: runs that began under it go on, and become the new type. */
export const FORMER_LIFECYCLE_TYPE = 'tokenLifecycle';

export const SIGNALS = {
  tokenRejected: 'tokenRejected',
  refreshNow: 'refreshNow',
  rowChanged: 'rowChanged',
} as const;
/** What a `deliverEvent` understands: something may be due in its lane. */
export const LANE_CHANGED = 'laneChanged';
/** What a `BulkOperation` understands: its row changed. */
export const OPERATION_CHANGED = 'operationChanged';
export const UPDATES = { recover: 'recover', ensureFresh: 'ensureFresh' } as const;
export const QUERIES = { status: 'status' } as const;

/** A worker that is gone is noticed after this, by its missing heartbeats, and its work is given to another. */
export const HEARTBEAT_TIMEOUT = '8s';

/**
 * How long one workflow task of a lifecycle may take; after the death of a worker its tasks wait for that long. A flood
 * of signals ends up in a single task: 10,000 of them, the most a run ever gets, take some 5 s to handle. On a machine
 * too slow for that the audit replaces the run.
 */
export const LIFECYCLE_TASK_SECONDS = 10;

const LIFECYCLE_PREFIX = 'token-lifecycle/';

export function lifecycleWorkflowId(integrationId: string): string {
  return LIFECYCLE_PREFIX + integrationId;
}

/** The integration of a lifecycle's workflow id, or null when it is some other workflow. */
export function integrationIdOf(workflowId: string): string | null {
  return workflowId.startsWith(LIFECYCLE_PREFIX) ? workflowId.slice(LIFECYCLE_PREFIX.length) : null;
}

/** One send per integration and Idempotency-Key. @param keyDigest hex SHA-256 of the key */
export function sendMessageWorkflowId(integrationId: string, keyDigest: string): string {
  return `send-message/${integrationId}/${keyDigest}`;
}

/** One workflow per lane: the deliveries of one integration to one endpoint, or by mail. @param lane as in `deliveries.lane` */
export function deliverEventWorkflowId(lane: string): string {
  return `deliver/${lane}`;
}

/** One workflow per operation with many connections. */
export function bulkOperationWorkflowId(operationId: string): string {
  return `bulk-operation/${operationId}`;
}

/** An operator who asks again expects a new attempt, not the answer of a moment ago. */
const OPERATOR_SLOT_MS = 1 * SECOND_MS;

/**
 * Ids that thin a crowd: all callers that ask the same within one slot share one update, and so one answer. The slot
 * is there because Temporal answers a used id with its old outcome for the rest of the run. One that only waits shares
 * no id with a report: the report would never arrive.
 */
export function recoverUpdateId(
  { version, code, recheck = false }: { version: number; code?: number; recheck?: boolean },
  now: number,
): string {
  if (recheck) return `look-${version}-${slotOf(now, OPERATOR_SLOT_MS)}`;
  return `${code === undefined ? 'wait' : 'rec'}-${version}-${slotOf(now, UPDATE_SLOT_MS)}`;
}

/** @param withinMs as in `EnsureFreshInput` */
export function ensureFreshUpdateId(version: number, withinMs: number | null, now: number): string {
  if (withinMs === null) return `fresh-${version}-force-${slotOf(now, OPERATOR_SLOT_MS)}`;
  return `fresh-${version}-${withinMs}-${slotOf(now, UPDATE_SLOT_MS)}`;
}

function slotOf(now: number, slotMs: number): number {
  return Math.floor(now / slotMs);
}

/** Where Instagram sends owners back to, below the public URL: the redirect URI to register in the app's dashboard. */
export const OAUTH_CALLBACK = '/oauth/instagram/callback';

/** Where Instagram calls the API, besides the way back of a consent. */
/** Names the operating system's user to the API. Sent by the command line, and not verified. */
export const CLI_USER_HEADER = 'evergrant-cli-user';

export const CALLBACKS = {
  webhooks: '/callbacks/instagram/webhooks',
  deauthorize: '/callbacks/instagram/deauthorize',
  dataDeletion: '/callbacks/instagram/data-deletion',
} as const;
