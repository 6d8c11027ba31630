import { type RouteConfig } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { Problem } from '../problems';

/**
 * Refuses what a route's description does not know: query parameters, and any field of a body where it has none. A
 * parameter that is misspelt would silently do nothing. Fields of bodies are the business of their schemas.
 */
export function rejectUnknownFields({ request }: Pick<RouteConfig, 'request'>) {
  const known = Object.keys((request?.query as { shape?: object } | undefined)?.shape ?? {});
  const takesBody = request?.body !== undefined;
  return createMiddleware(async (c, next) => {
    const unknown = [...new URL(c.req.url).searchParams.keys()].filter((name) => !known.includes(name));
    if (!takesBody) unknown.push(...fieldsOf(await c.req.text()));
    if (unknown.length > 0) throw notKnown(unknown);
    await next();
  });
}

/** @param text empty, or JSON */
function fieldsOf(text: string): string[] {
  if (text.trim() === '') return [];
  const value: unknown = JSON.parse(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.keys(value) : ['body'];
}

function notKnown(names: string[]): Problem {
  return new Problem('invalid_request', `Unknown fields: ${names.join(', ')}.`, {
    errors: [...new Set(names)].map((field) => ({ field, message: 'is unknown' })),
  });
}
