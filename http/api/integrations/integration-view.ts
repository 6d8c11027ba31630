import { type z } from '@hono/zod-openapi';
import {
  type Integration as Row,
  bannerFactsOf,
} from '../../../adapters/postgres/integrations/integration-row';
import { bannerFor } from '../../../core/lifecycle/banner';
import { lifecycleWorkflowId } from '../../../core/names';
import { hasLifecycle, isUsable } from '../../../core/lifecycle/states';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { reconnectUrlFor } from '../../owner/links';
import { type Integration } from './integration-schemas';

export type IntegrationView = z.infer<typeof Integration>;

/** An integration as this caller may see it. @param runId run of its lifecycle, if it was looked up */
export function toIntegrationView(
  deps: Pick<HttpDeps, 'sealer' | 'clock' | 'site'>,
  caller: Caller,
  row: Row,
  runId: string | null = null,
): IntegrationView {
  const now = deps.clock.now();
  const isAlive = hasLifecycle(row.state);
  return {
    id: row.id,
    provider: 'instagram',
    capabilities: { messages: bannerFactsOf(row).messages, ...subscriptionOf(row) },
    ownerRef: row.ownerRef,
    externalId: row.externalId,
    // Embed tokens are for pages that anyone at the owner's may open.
    contact: row.contactEmail === null || caller.isEmbed ? null : { email: row.contactEmail },
    account: row.accountId === null ? null : { id: row.accountId, username: row.username },
    state: row.state,
    usable: isUsable(row.state) && row.expiresAt !== null && now < row.expiresAt,
    reconnectRequired: row.state === 'expired',
    reason: row.reason,
    scopes: row.scopes,
    tokenVersion: row.version,
    issuedAt: iso(row.issuedAt),
    expiresAt: iso(row.expiresAt),
    refreshAt: isAlive && row.state !== 'expired' ? iso(row.refreshAt) : null,
    nextAttemptAt: iso(row.recovery?.nextAttemptAt ?? row.nextAttemptAt),
    failedAttempts: row.failedAttempts,
    lastError: row.lastError && { ...row.lastError, at: new Date(row.lastError.at).toISOString() },
    paused: row.paused,
    banner: bannerFor(bannerFactsOf(row), deps.site.productName, now),
    reconnectUrl: reconnectUrlFor(deps, caller, row),
    temporal: isAlive && !caller.isEmbed ? { workflowId: lifecycleWorkflowId(row.id), runId } : null,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}

function subscriptionOf({ grantNo, subscribedGrantNo, subscribeError }: Row) {
  // What was tried under another grant says nothing about this one.
  const error = subscribeError?.grantNo === grantNo ? subscribeError : null;
  const isSubscribed = subscribedGrantNo !== null && subscribedGrantNo === grantNo;
  return {
    subscription: isSubscribed
      ? ('subscribed' as const)
      : error?.refused
        ? ('refused' as const)
        : ('unknown' as const),
    subscriptionError: error && {
      code: error.code,
      subcode: error.subcode,
      at: new Date(error.at).toISOString(),
      text: error.text,
    },
  };
}

export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
