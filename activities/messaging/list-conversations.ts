import { storePayload } from '../../adapters/postgres/messages/sealed-payloads';
import { type Deps } from '../deps';
import { withToken } from './with-token';

export interface ListInput {
  integrationId: string;
  cursor: string | null;
  /** 1–100. */
  limit: number;
}

/** What travels through a workflow instead of a page: where it is kept, sealed, for a day. */
export interface PageReference {
  payloadId: string;
  count: number;
  nextCursor: string | null;
}

/** One page of conversations; names and texts stay out of Event Histories. */
export function listConversations(deps: Deps, input: ListInput): Promise<PageReference> {
  return withToken(deps, input.integrationId, 'listConversations', async (token, integration) => {
    const page = await deps.instagram.listConversations(token, input);
    return keepPage(deps, { ...integration, purpose: 'conversations' }, page);
  });
}

/** One page of a conversation's messages, newest first. */
export function listMessages(
  deps: Deps,
  input: ListInput & { conversationId: string },
): Promise<PageReference> {
  return withToken(deps, input.integrationId, 'listMessages', async (token, integration) => {
    const page = await deps.instagram.listMessages(token, input);
    return keepPage(deps, { ...integration, purpose: 'messages' }, page);
  });
}

async function keepPage(
  deps: Deps,
  of: { id: string; provider: string; purpose: string },
  page: { data: unknown[]; nextCursor: string | null },
): Promise<PageReference> {
  const payload = {
    integrationId: of.id,
    provider: of.provider,
    purpose: of.purpose,
    text: JSON.stringify(page.data),
  };
  const payloadId = await storePayload(deps.pool, deps.sealer, payload, deps.clock.now());
  return { payloadId, count: page.data.length, nextCursor: page.nextCursor };
}
