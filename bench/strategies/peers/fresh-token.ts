import { SECOND_MS } from '../../../core/time';
import { type Answer } from '../world/provider-call';
import { type Product, type Row } from './product';

/** The token that a refresh gave; null: it gave none. */
function freshToken({ status, body }: Answer): { token: string; lifeMs: number } | null {
  const { access_token: token, expires_in: seconds } = body ?? {};
  if (status !== 200 || typeof token !== 'string' || typeof seconds !== 'number') return null;
  return { token, lifeMs: seconds * SECOND_MS };
}

/** One refresh, stored when it worked. @returns the answer, and whether it worked */
export async function refresh(product: Product, row: Row): Promise<{ answer: Answer; worked: boolean }> {
  const answer = await product.refresh(row);
  const fresh = freshToken(answer);
  if (fresh) product.save(row, fresh.token, product.now() + fresh.lifeMs);
  return { answer, worked: fresh !== null };
}
