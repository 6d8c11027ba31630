import { CONSOLE } from '../../headers';

/** Where pages of the console are. */
export const SETTINGS = `${CONSOLE}/settings`;

export function pathOfConnection(id: string): string {
  return `${CONSOLE}/connections/${id}`;
}
