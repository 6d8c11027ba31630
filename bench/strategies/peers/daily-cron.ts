import { DAY_MS } from '../../../core/time';
import { refresh } from './fresh-token';
import { type CreateStrategy } from './product';

const HOUR = 3;
const SOON_MS = 3 * DAY_MS;

/**
 * A scheduled function refreshes each night what expires within some days; the functions that use a token refresh it
 * once more when a call is refused, and mark the connection as expired when that fails. The app refreshes a token that is
 * used in its last three days. A banner asks for a reconnect; nobody is written to.
 *
 * Assumed in its favour: a failed nightly refresh marks nothing, and is tried again the next night.
 * @see https://github.com/Automattic/wp-calypso/issues/59203 a nightly refresh a week ahead
 * @see https://github.com/codingbadger/instant-tokens.com
 */
export function dailyCron(days: number): CreateStrategy {
  return (background) => ({
    stops: true,
    begin() {
      background.everyDay(HOUR, async (product) => {
        for (const row of product.rows()) {
          const leftMs = row.expiresAt - product.now();
          if (row.needsReconnect || leftMs > days * DAY_MS) continue;
          if (leftMs > 0) await refresh(product, row);
          else product.askToReconnect(row);
        }
      });
    },
    async beforeUse(product, row) {
      const leftMs = row.expiresAt - product.now();
      if (leftMs > 0 && leftMs <= SOON_MS) await refresh(product, row);
    },
    async refused(product, row) {
      const { worked } = await refresh(product, row);
      if (!worked) product.askToReconnect(row);
      return worked;
    },
  });
}
