import { type SignedRequest } from '../../instagram/signed-request';

/** An account of one provider app, as Instagram names it to us: by either of its two ids. */
export interface OwnerRequest extends SignedRequest {
  provider: string;
  appId: string;
}

/** SQL: the rows of an account, by parameters 1 to 3 of `accountValues`. */
export const OF_ACCOUNT = 'provider = $1 and app_id = $2 and (account_id = $3 or account_scoped_id = $3)';
/** SQL: its owner connected it before asking, by parameter 4. A row from before this was noted counts as such. */
export const GRANTED_BEFORE = '(granted_at is null or granted_at < $4)';

export function accountValues({ provider, appId, userId, issuedBefore }: OwnerRequest): unknown[] {
  return [provider, appId, userId, new Date(issuedBefore)];
}
