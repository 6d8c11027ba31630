import { createMiddleware } from 'hono/factory';
import { invalidField } from './problems';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/**
 * Refuses a body that is not JSON, or not said to be: an optional one would otherwise be overlooked. An empty body is
 * none, whatever its type says.
 */
export const requireJson = createMiddleware(async (c, next) => {
  if (c.req.method === 'POST' || c.req.method === 'PATCH') {
    const text = await c.req.text();
    if (text === '') c.req.raw.headers.delete('content-type');
    else if (!JSON_TYPE.test(c.req.header('content-type') ?? ''))
      throw invalidField('content-type', 'must be application/json');
    else if (!isJson(text)) throw invalidField('body', 'is not valid JSON');
  }
  await next();
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
