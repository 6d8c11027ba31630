import { Secret } from '../../core/access/secret';

/** A token of ours that knows whose it is, so that calls with it can keep that account's limits. */
export class AccessToken extends Secret {
  constructor(
    token: Secret,
    readonly accountId: string | null,
    /** Epoch ms. */
    readonly expiresAt: number,
  ) {
    super(token.reveal());
  }
}
