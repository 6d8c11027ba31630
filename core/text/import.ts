import { type ImportRefusal } from '../importing/refusals';

/** What `evergrant import` says of a row: what is the matter, and what to do about it. */
export interface RowText {
  reason: string;
  hint: string;
}

/** @param product with `foreign`: whose token it is */
export function refusalText(why: ImportRefusal, product: string | null): RowText {
  switch (why) {
    case 'foreign':
      return {
        reason: `This is a token of ${product}.`,
        hint: 'Evergrant needs a token of the Instagram API with Instagram Login, which starts with IGAA.',
      };
    case 'expired':
      return {
        reason: 'The token has expired.',
        hint: 'Create a connection for the owner with `npx evergrant connect`, and send them its link.',
      };
    case 'life_too_long':
      return {
        reason: 'The dates are further apart than any Instagram token lives.',
        hint: 'Check expires_at and issued_at, and their time zone, or leave them out.',
      };
    case 'life_too_short':
      return {
        reason: 'The token was issued for less than 25 hours, and cannot be refreshed in time.',
        hint: 'Check expires_at and issued_at, or leave both out: a short-lived token is then exchanged.',
      };
    case 'not_exchanged':
      return {
        reason: 'The row has no expires_at, and Instagram does not tell it for this token.',
        hint: 'It may be of another app, or its account has no role in an app that is not live. Give expires_at if you know that the token is long-lived.',
      };
    case 'refused':
      return {
        reason: 'Instagram refuses this token.',
        hint: 'Create a connection for the owner with `npx evergrant connect`, and send them its link.',
      };
    case 'owner_action':
      return {
        reason: 'Instagram requires a login confirmation of the account’s owner.',
        hint: 'Ask the owner to open Instagram and follow its steps. Then import the row again.',
      };
    case 'account_taken':
      return {
        reason: 'The account is already connected for another owner.',
        hint: 'Check owner_ref. To move the account, disconnect it there first.',
      };
  }
}

export const UNDECIDED: RowText = {
  reason: 'Instagram gave no clear answer.',
  hint: 'Run the command again. Rows that are done are not repeated.',
};

export const INVALID_HINT = 'Correct the row, and run the command again.';
