import { DAY_MS, MINUTE_MS } from '../../../core/time';
import { type CreateStrategy, type Product, type Row } from './product';

/** What is stored as the lifetime of every token, whatever Instagram says. */
const LIFE_MS = 58 * DAY_MS;
/** Of the activity, when it throws. */
const ATTEMPTS = 3;
const RETRY_MS = 2 * MINUTE_MS;

/**
 * A workflow per channel sleeps until the stored expiry and refreshes once. An answer without a token disconnects the
 * channel and writes to its owner twice; no answer, or none in JSON, disconnects nothing, but the workflow finds the
 * stored expiry past and ends. A post refreshes a token past its stored expiry, and one that was refused.
 * @see https://github.com/gitroomhq/postiz-app/blob/main/apps/orchestrator/src/workflows/refresh.token.workflow.ts
 * @see https://github.com/gitroomhq/postiz-app/blob/main/libraries/nestjs-libraries/src/integrations/refresh.integration.service.ts
 * @see https://github.com/gitroomhq/postiz-app/blob/main/libraries/nestjs-libraries/src/integrations/social/instagram.standalone.provider.ts
 * @see https://github.com/gitroomhq/postiz-app/pull/1678 two mails for one failure
 */
export const postiz: CreateStrategy = (background) => {
  const current = new Map<string, Row>();

  async function refresh(product: Product, row: Row): Promise<boolean> {
    const { body } = await product.refresh(row);
    if (body === null) return false;
    const token = body.access_token;
    const { body: account } = await product.probe(String(token));
    if (account === null) return false;
    if (typeof token === 'string' && token !== '') {
      product.save(row, token, product.now() + LIFE_MS);
      return true;
    }
    product.askToReconnect(row);
    product.notify(row, 'reconnect');
    product.notify(row, 'reconnect');
    return false;
  }

  function sleepUntilExpiry(row: Row, at = row.expiresAt, attempt = 1): void {
    background.at(at, async (product) => {
      if (row.needsReconnect || current.get(row.account) !== row) return;
      try {
        await refresh(product, row);
      } catch {
        if (attempt < ATTEMPTS) sleepUntilExpiry(row, product.now() + RETRY_MS, attempt + 1);
        return;
      }
      if (row.expiresAt > product.now()) sleepUntilExpiry(row);
    });
  }

  return {
    stops: true,
    runsOnTemporal: true,
    expiresAt: (now) => now + LIFE_MS,
    connected(row) {
      current.set(row.account, row);
      sleepUntilExpiry(row);
    },
    async beforeUse(product, row) {
      if (row.expiresAt <= product.now() && !(await refresh(product, row))) throw new Error('no token');
    },
    refused: refresh,
  };
};
