import { type Integration, evergrant } from './evergrant.ts';
import { Refusal } from './refusal.ts';
import { setting } from './settings.ts';

/** What the app asks for, about an integration that is its user's own. */
export type Handler = (integrationId: string, request: Request) => Promise<unknown>;

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, apikey, x-client-info, content-type, idempotency-key',
  'access-control-expose-headers': 'retry-after',
};

/** A handler as `Deno.serve` takes it: for signed-in users, about `?integrationId=`. */
export function endpoint(handle: Handler) {
  return async (request: Request): Promise<Response> => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS });
    try {
      const body = await handle(await ownIntegration(request), request);
      return Response.json(body, { headers: CORS });
    } catch (error) {
      return refused(error);
    }
  };
}

/** The requested integration, if it belongs to the caller: its `ownerRef` is their id in Supabase. */
async function ownIntegration(request: Request): Promise<string> {
  const id = new URL(request.url).searchParams.get('integrationId');
  if (!id) throw new Refusal(400, { code: 'invalid_request', text: 'integrationId is missing' });
  const user = await userOf(request);
  if (!user) throw new Refusal(401, { code: 'unauthorized' });
  const { ownerRef } = await evergrant<Integration>(id, '');
  if (ownerRef !== user) throw new Refusal(404, { code: 'not_found' });
  return id;
}

async function userOf(request: Request): Promise<string | undefined> {
  const authorization = request.headers.get('authorization');
  if (!authorization) return undefined;
  const answer = await fetch(`${setting('SUPABASE_URL')}/auth/v1/user`, {
    headers: { authorization, apikey: setting('SUPABASE_ANON_KEY') },
  });
  return answer.ok ? ((await answer.json()) as { id: string }).id : undefined;
}

function refused(error: unknown): Response {
  if (error instanceof Refusal) {
    const after = error.retryAfterSeconds;
    const headers = { ...CORS, ...(after !== undefined && { 'retry-after': String(after) }) };
    return Response.json(error.body, { status: error.status, headers });
  }
  console.error(error instanceof Error ? error.message : 'unknown error');
  return Response.json({ code: 'internal' }, { status: 500, headers: CORS });
}
