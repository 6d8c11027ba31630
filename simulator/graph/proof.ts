import { refuse } from './errors';
import { type Parameters, text } from './parameters';
import { signature } from '../callbacks/signatures';
import { type World } from '../world/world';

/**
 * Checks an `appsecret_proof` that was sent, and misses one where the app requires it.
 * @see https://developers.facebook.com/docs/graph-api/guides/secure-requests
 */
export function checkProof(
  { settings, state }: World,
  parameters: Parameters,
  required = state.mode.appsecretProof === 'required',
): void {
  const proof = text(parameters, 'appsecret_proof');
  if (proof === undefined) {
    if (required) throw refuse('proof_missing');
    return;
  }
  const expected = signature('sha256', settings.appSecret, text(parameters, 'access_token') ?? '');
  if (proof !== expected) throw refuse('proof_wrong');
}
