import { type Api } from './api';
import { EvergrantError } from './errors';
import { type components, type operations } from './openapi.js';
import { type List, listOf } from './paging';
import { type Token, createTokenCache } from './token-cache';
import { type TransportOptions, createApi, repeatable } from './transport';
import { type RejectionReport, createWithToken } from './with-token';

type Schemas = components['schemas'];
export type Integration = Schemas['Integration'];
export type Conversation = Schemas['Conversation'];
export type Message = Schemas['Message'];
export type Recovery = Schemas['Recovery'];
type Query<Name extends keyof operations> = operations[Name] extends { parameters: { query?: infer All } }
  ? Omit<NonNullable<All>, 'cursor'>
  : never;

export interface EvergrantClient {
  /**
   * Calls Instagram with the integration's current token, and once more if Instagram refuses the token and Evergrant
   * can recover it. However many callers are refused, in however many processes: there is one recovery, and at most one
   * refresh. Tokens are kept in memory for as long as Evergrant allows (5 minutes at most).
   *
   * `call` says that a token was refused by throwing `TokenRejectedError`, by returning Instagram's answer (its JSON, or
   * a `Response`) with `error.code` 190 or 102, or by throwing what axios throws. It may be called twice.
   * @throws ReconnectRequiredError only the owner can help
   * @throws EvergrantError `recovery_pending` with `retryAfterSeconds`: Instagram has given no clear answer yet;
   * `not_connected`, `disconnected`, …
   * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
   */
  withToken<T>(integrationId: string, call: (token: Token) => T | Promise<T>): Promise<T>;
  /** The current token. Prefer `withToken`, which also handles its refusal. Scope `token`. */
  token(integrationId: string): Promise<Token>;
  /**
   * Reports a call that Instagram refused with 190 or 102, and waits up to 20 s for the decision: `refreshed`,
   * `stale_version`: read the token again and repeat the call · `verified_ok`: repeat it · `expired`: the owner must
   * reconnect · `undecided`: report again after `retryAfterSeconds`. Scope `token`.
   */
  reportRejection(integrationId: string, report: RejectionReport): Promise<Recovery>;

  /** One integration: state, expiry, banner, reconnect link. Scope `read`. */
  integration(integrationId: string): Promise<Integration>;
  /** Integrations, oldest first. Scope `read`. */
  integrations(filter?: Query<'listIntegrations'>): List<Integration>;
  /** A new connection and the link by which its owner connects the account (24 h). Scope `operate`. Not repeated. */
  connect(
    integration: Schemas['NewIntegration'],
  ): Promise<{ integration: Integration; connectUrl: string | null }>;
  /** A new link for the owner, by which the account is connected again. Scope `operate`. */
  connectLink(
    integrationId: string,
    options?: { returnTo?: string },
  ): Promise<{ url: string; expiresAt: Date }>;
  /**
   * For apps to call when they load: one refresh if the token expires within so many days (3 unless given). Scope
   * `operate`. @throws EvergrantError `refresh_failed` with `details.text` for a toast; the token still works
   */
  ensureFresh(integrationId: string, options?: { withinDays?: number }): Promise<Schemas['Refreshed']>;
  /** Ends the connection and erases its token. Scope `operate`. */
  disconnect(integrationId: string): Promise<void>;

  /** Conversations, with recovery and repetition built in. Scope `message`. */
  conversations(integrationId: string, options?: Query<'listConversations'>): List<Conversation>;
  /** Messages of a conversation, newest first, likewise. Scope `message`. */
  messages(integrationId: string, conversationId: string, options?: Query<'listMessages'>): List<Message>;
  /**
   * Sends one message, once. Scope `message`.
   * @param options.idempotencyKey the same for every attempt to send this message; random unless given, which covers the
   * retries of this call alone
   * @throws EvergrantError `window_closed`, `recipient_unavailable`, …; `outcome_unknown`: it may have been sent
   */
  send(
    integrationId: string,
    message: Schemas['NewMessage'],
    options?: { idempotencyKey?: string },
  ): Promise<Schemas['Sent']>;

  /** Every other route: `(await evergrant.api.GET('/v1/fleet')).data`. */
  api: Api;
}

/** A client of Evergrant's HTTP API. One per process: it keeps tokens and thins out reports. */
export function createEvergrantClient(options: TransportOptions): EvergrantClient {
  const api = createApi(options);
  const of = (id: string) => ({ params: { path: { id } } });

  const tokens = createTokenCache(async (id) => {
    const token = contentOf(await api.GET('/v1/integrations/{id}/token', of(id)));
    return { ...token, expiresAt: new Date(token.expiresAt) };
  });

  async function report(id: string, { version, code, subcode = null }: RejectionReport, wait: boolean) {
    const path = '/v1/integrations/{id}/token-rejections';
    const body = { version, code, subcode, wait };
    return api.POST(path, { ...of(id), body, headers: repeatable });
  }
  const reportRejection: EvergrantClient['reportRejection'] = async (id, rejection) =>
    contentOf(await report(id, rejection, true));
  const note = async (id: string, rejection: RejectionReport) => void (await report(id, rejection, false));

  return {
    api,
    withToken: createWithToken({ tokens, report: reportRejection, note }),
    token: (id) => tokens.get(id),
    reportRejection,

    integration: async (id) => contentOf(await api.GET('/v1/integrations/{id}', of(id))),
    integrations: (filter = {}) =>
      listOf(async (cursor) =>
        contentOf(await api.GET('/v1/integrations', { params: { query: { ...filter, ...at(cursor) } } })),
      ),
    async connect(body) {
      const { integration, connectUrl = null } = contentOf(await api.POST('/v1/integrations', { body }));
      return { integration, connectUrl };
    },
    async connectLink(id, body = {}) {
      const link = contentOf(await api.POST('/v1/integrations/{id}/connect-links', { ...of(id), body }));
      return { ...link, expiresAt: new Date(link.expiresAt) };
    },
    ensureFresh: async (id, body = {}) =>
      contentOf(
        await api.POST('/v1/integrations/{id}/ensure-fresh', { ...of(id), body, headers: repeatable }),
      ),
    async disconnect(id) {
      await api.DELETE('/v1/integrations/{id}', of(id));
      tokens.drop(id, Infinity);
    },

    conversations: (id, query = {}) =>
      listOf(async (cursor) =>
        contentOf(
          await api.GET('/v1/integrations/{id}/conversations', {
            params: { path: { id }, query: { ...query, ...at(cursor) } },
          }),
        ),
      ),
    messages: (id, conversationId, query = {}) =>
      listOf(async (cursor) =>
        contentOf(
          await api.GET('/v1/integrations/{id}/conversations/{conversationId}/messages', {
            params: { path: { id, conversationId }, query: { ...query, ...at(cursor) } },
          }),
        ),
      ),
    send: async (id, body, { idempotencyKey = crypto.randomUUID() } = {}) =>
      contentOf(
        await api.POST('/v1/integrations/{id}/messages', {
          params: { path: { id }, header: { 'idempotency-key': idempotencyKey } },
          body,
        }),
      ),
  };
}

function at(cursor: string | null) {
  return cursor === null ? {} : { cursor };
}

/** Errors were thrown before; an answer without content is a proxy's. */
function contentOf<T>({ data, response }: { data?: T; response: Response }): NonNullable<T> {
  if (data !== undefined && data !== null) return data;
  throw new EvergrantError('The answer is empty.', { code: 'unexpected_answer', status: response.status });
}
