import { MINUTE_MS, SECOND_MS } from '../../../core/time';
import { isRefused } from '../world/provider-call';
import { refresh } from './fresh-token';
import { type CreateStrategy, type Row } from './product';

/** 1.2 times the interval of the checks. */
const WINDOW_MS = 72 * SECOND_MS;

/**
 * Every minute all credentials are looked at, and those that end within 72 seconds refreshed. Failures are tried again
 * the next minute, unless they are final. A token past its expiry is not handed out. Nobody is told.
 *
 * A credential is looked at from the first minute at which it is due, which makes the same calls. Assumed in its favour:
 * the stored token serves as the refresh token, and one that has expired is not tried for ever.
 * @see https://github.com/puppetlabs/vault-plugin-secrets-oauthapp/blob/main/pkg/backend/refresh.go
 * @see https://github.com/puppetlabs/vault-plugin-secrets-oauthapp/blob/main/README.md
 */
export const vault: CreateStrategy = (background) => {
  const current = new Map<string, Row>();

  function lookAt(row: Row, after: number): void {
    const minute = Math.ceil(Math.max(after, row.expiresAt - WINDOW_MS) / MINUTE_MS) * MINUTE_MS;
    background.at(minute, async (product) => {
      const now = product.now();
      if (current.get(row.account) !== row || now >= row.expiresAt) return;
      // A minute that passed while nothing ran is looked at in the next one.
      if (now < row.expiresAt - WINDOW_MS) return lookAt(row, now);
      try {
        const { answer, worked } = await refresh(product, row);
        if (!worked && isRefused(answer)) return;
      } catch {
        // What cannot be stored is tried again.
      }
      lookAt(row, product.now() + 1);
    });
  }

  return {
    connected(row) {
      current.set(row.account, row);
      lookAt(row, 0);
    },
    beforeUse: (product, row) =>
      product.now() < row.expiresAt ? Promise.resolve() : Promise.reject(new Error('no token')),
  };
};
