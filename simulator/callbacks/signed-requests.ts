import { z } from 'zod';
import { invalidate } from '../world/accounts';
import { SECOND_MS } from '../clock';
import { ConflictError } from '../graph/conflict';
import { type Account } from '../world/state';
import { type World } from '../world/world';
import { type DeliveryView, deliveryView } from './delivery';
import { type Answer } from './post';
import { signedRequest } from './signatures';

const FORGED_KEY = 'not-the-app-secret';
const ALGORITHM = 'HMAC-SHA256';
const DEAUTHORIZED = 458;

/** How a signed request is made; valid by default. */
export const SignedRequestInput = z.strictObject({
  /** Which of the account's two ids is in `user_id`. */
  userId: z.enum(['app_scoped', 'professional']).default('app_scoped'),
  signature: z.enum(['right', 'wrong']).default('right'),
  algorithm: z.string().min(1).max(50).default(ALGORITHM),
  /** Epoch seconds; absent: now. */
  issuedAt: z.int().min(0).optional(),
});
export type SignedRequestInput = z.output<typeof SignedRequestInput>;

/** What the receiver of a deletion request answers. */
export const DeletionAnswer = z.object({
  url: z.string().max(2_000),
  confirmation_code: z.string().max(200),
});
export type DeletionAnswer = z.infer<typeof DeletionAnswer>;

/**
 * The owner removes the app: every token is refused with 458, nothing is subscribed any more, and the app is notified. A
 * forgery changes nothing at Instagram.
 */
export async function deauthorize(
  world: World,
  account: Account,
  input: SignedRequestInput,
): Promise<DeliveryView | null> {
  if (input.signature === 'right' && input.algorithm === ALGORITHM) {
    account.subscribedFields = [];
    invalidate(world, account, { subcode: DEAUTHORIZED });
  }
  const url = world.state.callbacks.deauthorizeUrl;
  return url === null ? null : deliveryView((await tell(world, account, 'deauthorize', url, input)).delivery);
}

/**
 * The owner asks for the deletion of their data. `answer` is `null` where the receiver did not give a page and a code.
 * @see https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
 */
export async function requestDeletion(
  world: World,
  account: Account,
  input: SignedRequestInput,
): Promise<{ delivery: DeliveryView; answer: DeletionAnswer | null }> {
  const url = world.state.callbacks.dataDeletionUrl;
  if (url === null) throw new ConflictError('dataDeletionUrl', 'is not set: POST /_sim/webhooks does that');
  const { delivery, answer } = await tell(world, account, 'data_deletion', url, input);
  return { delivery: deliveryView(delivery), answer: readAnswer(answer) };
}

function tell(
  { courier, settings, clock }: World,
  account: Account,
  kind: 'deauthorize' | 'data_deletion',
  url: string,
  input: SignedRequestInput,
) {
  const payload = {
    user_id: input.userId === 'app_scoped' ? account.appScopedId : account.id,
    algorithm: input.algorithm,
    issued_at: input.issuedAt ?? Math.floor(clock.now() / SECOND_MS),
  };
  const key = input.signature === 'right' ? settings.appSecret : FORGED_KEY;
  const form = new URLSearchParams({ signed_request: signedRequest(payload, key) });
  return courier.ask({
    kind,
    account: account.id,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
}

function readAnswer({ status, text }: Answer): DeletionAnswer | null {
  if (status !== 200) return null;
  try {
    return DeletionAnswer.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
