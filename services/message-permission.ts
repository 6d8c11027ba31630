import { type Instagram } from '../adapters/instagram/client';
import { ProviderError } from '../adapters/instagram/provider-error';
import { type Secret } from '../core/access/secret';

/**
 * Whether a token may read messages, proven by reading a conversation: Instagram has no call that lists the permissions
 * of a token.
 * @throws ProviderError for every answer that does not settle it
 * @see https://developers.facebook.com/documentation/instagram-platform/conversations-api
 */
export async function mayReadMessages(
  instagram: Pick<Instagram, 'listConversations'>,
  token: Secret,
): Promise<boolean> {
  try {
    await instagram.listConversations(token, { cursor: null, limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof ProviderError && error.failure.problem === 'permission_missing') return false;
    throw error;
  }
}
