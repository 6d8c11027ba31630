import { storePayload } from '../../adapters/postgres/messages/sealed-payloads';
import { type Deps } from '../deps';
import { withToken } from './with-token';

export interface ListInput {
  integrationId: string;
  cursor: string | null;
  /** 1–100. */
  limit: number;
}

/** A page that is stored encrypted for a day. Only this reference enters the Event History. */
export interface PageReference {
  payloadId: string;
  count: number;
  nextCursor: string | null;
}

type ListDeps = Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'lifecycles'>;

/** One page of conversations. */
export function listConversations(deps: ListDeps, input: ListInput): Promise<PageReference> {
  return withToken(deps, input.integrationId, 'listConversations', async (token, integration) => {
    const page = await deps.instagram.listConversations(token, input);
    return storePage(deps, { ...integration, purpose: 'conversations' }, page);
  });
}

/** One page of a conversation's messages, newest first. */
export function listMessages(
  deps: ListDeps,
  input: ListInput & { conversationId: string },
): Promise<PageReference> {
  return withToken(deps, input.integrationId, 'listMessages', async (token, integration) => {
    const page = await deps.instagram.listMessages(token, input);
    return storePage(deps, { ...integration, purpose: 'messages' }, page);
  });
}

async function storePage(
  { pool, sealer, clock }: Pick<Deps, 'pool' | 'sealer' | 'clock'>,
  of: { id: string; provider: string; purpose: string },
  page: { data: unknown[]; nextCursor: string | null },
): Promise<PageReference> {
  const payload = {
    integrationId: of.id,
    provider: of.provider,
    purpose: of.purpose,
    text: JSON.stringify(page.data),
  };
  const payloadId = await storePayload(pool, sealer, payload, clock.now());
  return { payloadId, count: page.data.length, nextCursor: page.nextCursor };
}
