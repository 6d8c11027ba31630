import { operation, service } from 'nexus-rpc';
import { type EnsuredFresh, type Recovered } from './lifecycle-client';
import { type NewMessageInput } from '../core/messaging/activities-contract';
import { type SendResult } from '../core/messaging/send';
import { type Reason, type State } from '../core/lifecycle/states';

/**
 * The Nexus service `evergrant`, for workflows in namespaces of their own. They call it through an endpoint, which
 * `npx evergrant temporal nexus-endpoint` creates. Errors: `NOT_FOUND` for an unknown integration, `BAD_REQUEST` for an
 * input that is not as described, `CONFLICT` for an integration that is not connected. Whatever may pass is retried by
 * Temporal until the caller's `scheduleToCloseTimeout`. Nexus is experimental in the TypeScript SDK.
 * @see https://docs.temporal.io/nexus
 */
export const evergrantService = service('evergrant', {
  /** What is known of a connection; asks nobody. */
  status: operation<StatusInput, ConnectionStatus>(),
  /** Reports a call that Instagram refused with 190 or 102, and answers with the decision. */
  reportRejection: operation<RejectionInput, LifecycleAnswer<Recovered>>(),
  /** One refresh attempt now, if no more than `withinDays` is left. */
  ensureFresh: operation<FreshInput, LifecycleAnswer<EnsuredFresh>>(),
  /** Sends one text, once per `idempotencyKey`. Ends when that is decided, which may take minutes. */
  sendMessage: operation<NewMessageInput, SendResult>(),
});

export interface StatusInput {
  /** `int_…` */
  integrationId: string;
}

export interface ConnectionStatus {
  integrationId: string;
  state: State;
  /** Whether calls may be made with its token now. */
  usable: boolean;
  /** Why it is expired; null: it is not. */
  reason: Reason | null;
  /** 1, 2, 3 …; 0 before the account is connected. */
  tokenVersion: number;
  /** When the token expires, ISO 8601; null: there is none. */
  expiresAt: string | null;
  account: { id: string; username: string | null } | null;
}

export interface RejectionInput {
  integrationId: string;
  /** Of the token that the refused call was made with. */
  version: number;
  /** @see https://developers.facebook.com/docs/graph-api/guides/error-handling */
  code: 190 | 102;
  subcode?: number | null;
  /** Who reports, for operators: letters, digits and ` ./:@-_`, at most 64. No names of people. */
  source?: string | null;
}

export interface FreshInput {
  integrationId: string;
  /** 0 to 60; 3 unless given. */
  withinDays?: number | null;
}

/** A decision, and the connection after it. `undecided`: ask again later, the token is neither proven nor dead. */
export interface LifecycleAnswer<Outcome> extends ConnectionStatus {
  outcome: Outcome;
}
