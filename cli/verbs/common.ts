import { InvalidArgumentError } from 'commander';
import { type Integration } from '../http/answers';
import { type Api, createApi } from '../http/api';
import { type Io } from '../output/io';
import { apiSettings } from '../settings';

export const ID = ['<id>', 'id of the integration, @username of its account, or your external id'] as const;
/** Where conditions may stand instead. */
export const ID_OR_MANY = ['[id]', `${ID[1]}; or give conditions`] as const;
export const YES_OPTION = ['-y, --yes', 'do not ask for confirmation'] as const;
export const JSON_OPTION = ['--json', "print the API's answer as JSON"] as const;

export function openApi(io: Io): Api {
  return createApi(apiSettings(io.env));
}

/** Reads an option that counts something. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Enter a whole number.');
  return Number(text);
}

export function positiveNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('Enter a number greater than 0.');
  return number;
}

/** How people call it: by its account where that is known. */
export function nameOf({ account, id }: Pick<Integration, 'account' | 'id'>): string {
  return account?.username ? `@${account.username}` : id;
}
