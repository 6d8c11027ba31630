import { CONSOLE } from '../middleware/headers';

/** Paths of console pages. */
export const SETTINGS = `${CONSOLE}/settings`;
export const DELIVERIES = `${SETTINGS}/deliveries`;
export const AUDIT_LOG = `${SETTINGS}/audit-log`;

/** Adds the non-empty values as a query string. */
export function withQuery(path: string, values: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

export function pathOfConnection(id: string): string {
  return `${CONSOLE}/connections/${id}`;
}
