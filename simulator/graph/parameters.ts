import { type Context } from 'hono';

export type Parameters = Record<string, unknown>;

/** The parameters of a body: urlencoded, multipart or JSON. Anything else, or malformed, has none. */
export async function bodyParameters(c: Context): Promise<Parameters> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return {};
  const type = c.req.header('content-type') ?? '';
  try {
    if (type.includes('json')) {
      const body: unknown = await c.req.json();
      return isObject(body) ? body : {};
    }
    if (/urlencoded|multipart/.test(type)) return await c.req.parseBody({ all: true });
  } catch (error) {
    // Malformed bodies: Instagram then misses the parameters, as it does for a body that is not there.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  return {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A parameter that is text, `undefined` where it is absent or something else. */
export function text(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' ? value : undefined;
}

/** A parameter that JSON bodies give as an object and forms as its JSON text. */
export function object(parameters: Parameters, name: string): Record<string, unknown> | undefined {
  const value = parsed(parameters[name]);
  return isObject(value) ? value : undefined;
}

/** In the same way a list. */
export function list(parameters: Parameters, name: string): unknown[] | undefined {
  const value = parsed(parameters[name]);
  return Array.isArray(value) ? (value as unknown[]) : undefined;
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}
