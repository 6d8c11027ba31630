import { z } from 'zod';
import { type Connection, type Recovery } from '../../../core/lifecycle/connection';
import { type LifecycleFacts } from '../../../core/lifecycle/facts';
import {
  CAPABILITY_STATES,
  type MessagesCapability,
  capabilityState,
} from '../../../core/messaging/capability';
import { REASONS, STATES } from '../../../core/lifecycle/states';
import { type SubscribeError, subscribeError } from '../messages/subscriptions';

const instant = z.date().transform((date) => date.getTime());
const count = z.coerce.number().int();

const lastError = z.object({
  code: z.string(),
  subcode: z.number().nullable(),
  class: z.string(),
  at: z.number(),
  text: z.string(),
});

const recovery = z.object({
  cause: z.enum(['rejection', 'expiry']),
  returnTo: z.enum(['active', 'refreshing']),
  since: z.number(),
  tries: z.number().int(),
  youngProbes: z.number().int(),
  nextAttemptAt: z.number(),
  ownerAction: z.enum(['checkpoint', 'account_unusable']).nullable(),
  held: z.boolean().default(false),
  code: z.number().nullable(),
  subcode: z.number().nullable(),
  source: z.string(),
}) satisfies z.ZodType<Recovery>;

const messagesCapability = z.object({
  grantNo: z.number().int(),
  state: z.enum(CAPABILITY_STATES),
  since: z.number(),
  refusal: z
    .object({
      area: z.enum(['read', 'send']),
      problem: z.enum(['permission_missing', 'app_access_missing', 'other_app']),
      count: z.number().int(),
      nextTryAt: z.number(),
    })
    .nullable(),
}) satisfies z.ZodType<MessagesCapability>;

const row = z.object({
  id: z.string(),
  provider: z.string(),
  app_id: z.string(),
  owner_ref: z.string(),
  external_id: z.string().nullable(),
  contact_email: z.string().nullable(),
  account_id: z.string().nullable(),
  account_scoped_id: z.string().nullable(),
  username: z.string().nullable(),
  scopes: z.array(z.string()),
  state: z.enum(STATES),
  reason: z.enum(REASONS).nullable(),
  grant_no: count,
  granted_at: instant.nullable(),
  deauthorized_at: instant.nullable(),
  token_version: count,
  last_version: count,
  issued_at: instant.nullable(),
  expires_at: instant.nullable(),
  refresh_at: instant.nullable(),
  paused: z.boolean(),
  failed_attempts: count,
  failing_since: instant.nullable(),
  next_attempt_at: instant.nullable(),
  failing_noticed: z.boolean(),
  expiring_noticed: z.boolean(),
  last_error: lastError.nullable(),
  recovery: recovery.nullable(),
  recovery_refresh_version: count.nullable(),
  expired_at: instant.nullable(),
  reminders_sent: count,
  next_reminder_at: instant.nullable(),
  messages_capability: messagesCapability.nullable(),
  revision: count,
  lifecycle_revision: count,
  subscribed_grant_no: count.nullable(),
  subscribe_error: subscribeError.nullable(),
  link_no: count,
  created_at: instant,
  updated_at: instant,
});

/** One row of `integrations`, its instants as epoch ms. */
export interface Integration extends Connection {
  ownerRef: string;
  externalId: string | null;
  /** What is known of the messages of the current or an earlier grant; null: nothing. */
  messagesCapability: MessagesCapability | null;
  /** Raised by every change from outside the lifecycle, which writes back the one it has seen. */
  revision: number;
  lifecycleRevision: number;
  /** The grant under which the account is subscribed to its messages; null: none. */
  subscribedGrantNo: number | null;
  /** Why the last attempt to subscribe failed. */
  subscribeError: SubscribeError | null;
  /** Signed in its links: raised, they end. */
  linkNo: number;
  createdAt: number;
  updatedAt: number;
}

export function integrationOf(value: unknown): Integration {
  const r = row.parse(value);
  return {
    id: r.id,
    provider: r.provider,
    appId: r.app_id,
    ownerRef: r.owner_ref,
    externalId: r.external_id,
    contactEmail: r.contact_email,
    accountId: r.account_id,
    accountScopedId: r.account_scoped_id,
    username: r.username,
    scopes: r.scopes,
    state: r.state,
    reason: r.reason,
    grantNo: r.grant_no,
    grantedAt: r.granted_at,
    deauthorizedAt: r.deauthorized_at,
    version: r.token_version,
    lastVersion: r.last_version,
    issuedAt: r.issued_at,
    expiresAt: r.expires_at,
    refreshAt: r.refresh_at,
    paused: r.paused,
    failedAttempts: r.failed_attempts,
    failingSince: r.failing_since,
    nextAttemptAt: r.next_attempt_at,
    failingNoticed: r.failing_noticed,
    expiringNoticed: r.expiring_noticed,
    lastError: r.last_error,
    recovery: r.recovery,
    recoveryRefreshVersion: r.recovery_refresh_version,
    expiredAt: r.expired_at,
    remindersSent: r.reminders_sent,
    nextReminderAt: r.next_reminder_at,
    messagesCapability: r.messages_capability,
    revision: r.revision,
    lifecycleRevision: r.lifecycle_revision,
    subscribedGrantNo: r.subscribed_grant_no,
    subscribeError: r.subscribe_error,
    linkNo: r.link_no,
    createdAt: r.created_at,
    updatedAt: r.updated_at,
  };
}

/** The part of a row that its lifecycle works with. */
export function factsOf(integration: Integration): LifecycleFacts {
  const { recovery } = integration;
  return {
    integrationId: integration.id,
    provider: integration.provider,
    username: integration.username,
    ownerRef: integration.ownerRef,
    state: integration.state,
    reason: integration.reason,
    version: integration.version,
    grantNo: integration.grantNo,
    issuedAt: integration.issuedAt,
    expiresAt: integration.expiresAt,
    refreshAt: integration.refreshAt,
    paused: integration.paused,
    failedAttempts: integration.failedAttempts,
    nextAttemptAt: integration.nextAttemptAt,
    expiringNoticed: integration.expiringNoticed,
    lastError: integration.lastError,
    recovery: recovery && {
      cause: recovery.cause,
      returnTo: recovery.returnTo,
      nextAttemptAt: recovery.nextAttemptAt,
      ownerAction: recovery.ownerAction,
      held: recovery.held,
    },
    reminder:
      integration.state === 'expired'
        ? { sent: integration.remindersSent, nextAt: integration.nextReminderAt }
        : null,
  };
}

/** What its banner depends on. */
export function bannerFactsOf(integration: Integration) {
  const { messagesCapability, grantNo } = integration;
  return { ...factsOf(integration), messages: capabilityState(messagesCapability, grantNo) };
}
