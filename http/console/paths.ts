import { CONSOLE } from '../middleware/headers';

/** Paths of console pages. */
export const CONNECTIONS = `${CONSOLE}/connections`;
export const BULK_OPERATIONS = `${CONSOLE}/fleet/bulk-operations`;
export const SETTINGS = `${CONSOLE}/settings`;
export const ACCESS = `${SETTINGS}/access`;
export const WEBHOOKS = `${SETTINGS}/webhooks`;
export const MAIL = `${SETTINGS}/mail`;
export const ENCRYPTION = `${SETTINGS}/encryption-keys`;
export const DELIVERIES = `${SETTINGS}/deliveries`;
export const AUDIT_LOG = `${SETTINGS}/audit-log`;

/** Adds the non-empty values as a query string. */
export function withQuery(path: string, values: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

export function pathOfConnection(id: string): string {
  return `${CONNECTIONS}/${id}`;
}

/** A console page that a form names as its own, as `/console/fleet?x=1`; anything else: the first page. */
export function ownPath(here: unknown): string {
  const isOwn = typeof here === 'string' && /^\/console(?=[/?]|$)/.test(here);
  return isOwn ? here : CONSOLE;
}
