import { refresh } from './fresh-token';
import { type CreateStrategy } from './product';

/**
 * A call that is refused for its token refreshes it and is made once more. Nothing is refreshed before that, and nobody
 * is told; the owner sees the calls fail.
 *
 * Assumed in its favour: the node takes Instagram's 400 with code 190 for the status of an expired token, which is 401
 * unless the node says otherwise, and the stored token serves as the refresh token.
 * @see https://github.com/n8n-io/n8n/blob/master/packages/core/src/execution-engine/node-execution-context/utils/request-helper-functions.ts
 */
export const n8n: CreateStrategy = () => ({
  refused: async (product, row) => (await refresh(product, row)).worked,
});
