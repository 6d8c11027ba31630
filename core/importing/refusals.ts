/** Why a token of another system is not imported. Texts for people are at the edges. */
export type ImportRefusal =
  /** Of another product of Meta's. */
  | 'foreign'
  /** Its dates are those of no token that can be kept alive. */
  | 'expired'
  | 'life_too_long'
  | 'life_too_short'
  /** Undated, and Instagram does not exchange it. */
  | 'not_exchanged'
  /** Instagram refuses it. */
  | 'refused'
  /** Instagram refuses it until the account's owner has done something there. */
  | 'owner_action'
  /** The account is connected for another owner. */
  | 'account_taken';

export class ImportRefused extends Error {
  override name = 'ImportRefused';
  constructor(
    readonly why: ImportRefusal,
    /** With `foreign`: whose token it is. */
    readonly product: string | null = null,
  ) {
    super(why);
  }
}
