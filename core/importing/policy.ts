import { type Secret } from '../access/secret';
import {
  type Lifetime,
  MAXIMUM_GRANT_LIFE_MS,
  MINIMUM_GRANT_LIFE_MS,
  USUAL_LIFE_MS,
  undatedLifetime,
} from '../lifecycle/refresh-policy';
import { type State, isUsable } from '../lifecycle/states';
import { ImportRefused } from './refusals';

/** What another system knows of its token's life. Epoch ms. */
export interface GivenDates {
  issuedAt?: number | undefined;
  expiresAt?: number | undefined;
}

/** A token of another system. */
export interface GivenGrant extends GivenDates {
  accessToken: Secret;
}

/** What tokens of other products of Meta begin with. */
const FOREIGN: readonly [prefix: RegExp, product: string][] = [
  [/^EAA/, 'Facebook'],
  [/^IGQ/, 'the Instagram Basic Display API, which Meta has shut down'],
  [/^TH[A-Z]/, 'Threads'],
];

/** @throws ImportRefused `foreign` */
export function refuseForeign(accessToken: string): void {
  const [, product] = FOREIGN.find(([prefix]) => prefix.test(accessToken)) ?? [];
  if (product !== undefined) throw new ImportRefused('foreign', product);
}

/**
 * The token's lifetime. One missing end follows from the usual lifetime. With both missing it starts now, and the first
 * refresh returns the real expiry.
 * @throws ImportRefused
 */
export function lifetimeOf(
  now: number,
  { issuedAt: began, expiresAt: ends }: GivenDates,
): Lifetime & { refreshAt?: number } {
  const issuedAt = Math.min(now, began ?? (ends ?? now + USUAL_LIFE_MS) - USUAL_LIFE_MS);
  const expiresAt = ends ?? issuedAt + USUAL_LIFE_MS;
  if (expiresAt <= now) throw new ImportRefused('expired');
  if (expiresAt - issuedAt > MAXIMUM_GRANT_LIFE_MS) throw new ImportRefused('life_too_long');
  if (expiresAt - issuedAt <= MINIMUM_GRANT_LIFE_MS) throw new ImportRefused('life_too_short');
  return ends === undefined ? undatedLifetime(issuedAt) : { issuedAt, expiresAt };
}

/** The account's live connection, as far as an import has to know it. */
interface Existing {
  ownerRef: string;
  state: State;
  issuedAt: number | null;
  expiresAt: number | null;
}

/**
 * What becomes of a proven token: `create` a connection, `replace` the token of the account's own, `keep` that one, or
 * `taken`, by another owner. A connection that works is kept, unless the token is known to be newer.
 */
export function importVerdict(
  existing: Existing | null,
  ownerRef: string,
  token: { issuedAt: number; isDated: boolean },
  now: number,
): 'create' | 'replace' | 'keep' | 'taken' {
  if (!existing) return 'create';
  if (existing.ownerRef !== ownerRef) return 'taken';
  const works = isUsable(existing.state) && now < (existing.expiresAt ?? 0);
  return works && !(token.isDated && token.issuedAt > (existing.issuedAt ?? 0)) ? 'keep' : 'replace';
}
