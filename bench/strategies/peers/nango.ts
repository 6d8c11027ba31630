import { SECOND_MS } from '../../../core/time';
import { refresh } from './fresh-token';
import { type CreateStrategy } from './product';

const COOLDOWN_MS = 30 * SECOND_MS;

/**
 * Instagram's tokens, which come without a refresh token, are refreshed only when the customer's program forces it;
 * the cron passes them over. A failed refresh, of whatever kind, shows the connection as failing and calls a webhook,
 * each time; one that works takes it back.
 *
 * Assumed in its favour: the customer's program forces a refresh whenever a call is refused, and repeats the call.
 * @see https://github.com/NangoHQ/nango/blob/master/packages/shared/lib/services/connections/credentials/refresh.ts
 * @see https://github.com/NangoHQ/nango/pull/5220
 */
export const nango: CreateStrategy = () => {
  const triedAt = new Map<string, number>();
  return {
    async refused(product, row) {
      if (product.now() - (triedAt.get(row.account) ?? -Infinity) < COOLDOWN_MS) return false;
      triedAt.set(row.account, product.now());
      const { worked } = await refresh(product, row);
      if (worked) product.showAsConnected(row);
      else {
        product.askToReconnect(row);
        product.notify(row, 'reconnect');
      }
      return worked;
    },
  };
};
