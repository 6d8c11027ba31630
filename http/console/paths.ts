import { CONSOLE } from '../middleware/headers';

/** Where pages of the console are. */
export const SETTINGS = `${CONSOLE}/settings`;
export const DELIVERIES = `${SETTINGS}/deliveries`;

/** With what is not empty as its query. */
export function withQuery(path: string, values: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

export function pathOfConnection(id: string): string {
  return `${CONSOLE}/connections/${id}`;
}
