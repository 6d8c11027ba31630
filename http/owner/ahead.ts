import { type Context } from 'hono';

/**
 * Whether a browser makes this request ahead of its user, to prefetch or prerender a page, or a program only looks what
 * is there. It must change nothing.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Purpose
 */
export function isAhead(c: Context): boolean {
  if (c.req.method === 'HEAD') return true;
  return ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/i.test(c.req.header(name) ?? ''),
  );
}
