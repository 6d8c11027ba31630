import { createMiddleware } from 'hono/factory';
import { parse } from 'lossless-json';
import { invalidField } from '../problems';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const OTHER_CHARSET = /;\s*charset\s*=(?!\s*"?utf-8"?\s*(;|$))/i;
const MAX_DEPTH = 32;

/**
 * Requires bodies to be JSON in UTF-8 and declared as such, because an undeclared optional body would be ignored. An empty
 * body counts as none. Ambiguous JSON is rejected: repeated fields, invalid UTF-8.
 */
export const requireJson = createMiddleware(async (c, next) => {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
    const text = textOf(await c.req.arrayBuffer());
    const type = c.req.header('content-type') ?? '';
    if (text === '') c.req.raw.headers.delete('content-type');
    else if (!JSON_TYPE.test(type)) throw invalidField('content-type', 'must be application/json');
    else if (text === null || OTHER_CHARSET.test(type)) throw invalidField('body', 'must be UTF-8');
    else refuseOddJson(text);
  }
  await next();
});

function textOf(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function refuseOddJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw invalidField('body', 'must be valid JSON');
  }
  if (depthOf(text) > MAX_DEPTH)
    throw invalidField('body', `must not be nested more than ${MAX_DEPTH} levels deep`);
  // JSON.parse would keep only the last one.
  parse(text, undefined, {
    onDuplicateKey: ({ key }) => {
      throw invalidField(key, 'must not be repeated');
    },
  });
}

/** The nesting depth of valid JSON, without recursion. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of json.replace(/"(?:[^"\\]+|\\.)*"/g, '').matchAll(/[[{}\]]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
