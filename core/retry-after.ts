import { SECOND_MS } from './time';

/**
 * Reads a `Retry-After` header: seconds or an HTTP date.
 * @param header null or undefined: absent
 * @param now epoch ms
 * @returns ms to wait, 0 for a date in the past, or null for an absent or invalid header
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function retryAfterMs(header: string | null | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND_MS;
  const at = / GMT$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
