import { DAY_MS } from '../../../core/time';
import { refresh } from './fresh-token';
import { type CreateStrategy } from './product';

const WINDOW_MS = 10 * DAY_MS;
/** Refused calls until the owner is asked. */
const THRESHOLD = 2;

/**
 * A token is refreshed when it is used with less than ten days left and its row was not changed for a day; a refresh
 * that fails fails the use. Refused calls are counted, and the second asks for a reconnect, which changes nothing about
 * later uses. The count ends with a reconnect.
 *
 * Assumed in its favour: one email per request, not one per further refusal.
 * @see https://github.com/chatwoot/chatwoot/blob/develop/app/services/instagram/refresh_oauth_token_service.rb
 * @see https://github.com/chatwoot/chatwoot/blob/develop/app/models/concerns/reauthorizable.rb
 * @see https://github.com/chatwoot/chatwoot/blob/develop/app/services/instagram/base_send_service.rb
 */
export const chatwoot: CreateStrategy = () => {
  const refusals = new Map<string, number>();
  return {
    connected: ({ account }) => void refusals.delete(account),
    async beforeUse(product, row) {
      const now = product.now();
      const isEligible =
        now < row.expiresAt && row.expiresAt < now + WINDOW_MS && row.updatedAt < now - DAY_MS;
      if (isEligible && !(await refresh(product, row)).worked) throw new Error('not refreshed');
    },
    refused(product, row) {
      const count = (refusals.get(row.account) ?? 0) + 1;
      refusals.set(row.account, count);
      if (count >= THRESHOLD && !row.needsReconnect) {
        product.askToReconnect(row);
        product.notify(row, 'reconnect');
      }
      return Promise.resolve(false);
    },
  };
};
