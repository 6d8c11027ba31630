import { createRoute } from '@hono/zod-openapi';
import { newSecretText } from '../../adapters/digest';
import {
  type ApiKey as Row,
  MAX_API_KEYS,
  createApiKey,
  listApiKeys,
  revokeApiKey,
} from '../../adapters/postgres/api-keys';
import { Secret } from '../../core/secret';
import { requireScope } from '../auth';
import { type Caller } from '../caller';
import { type HttpDeps } from '../deps';
import { iso } from '../integration-view';
import { Problem, invalidField, notFound } from '../problems';
import { body, createRouter, json, problems, secured } from '../router';
import { type ApiKey, ApiKeys, CreatedApiKey, NewApiKey } from '../key-schemas';
import { idParam as params } from '../schemas';

const middleware = requireScope('admin');

const list = createRoute({
  method: 'get',
  path: '/api-keys',
  summary: 'Keys that work, without their text',
  security: secured,
  middleware,
  responses: { 200: json(ApiKeys, 'The keys'), ...problems },
});

const create = createRoute({
  method: 'post',
  path: '/api-keys',
  summary: 'Make a key',
  description: 'Its text is in this answer and never again. It can do no more than the key that makes it.',
  security: secured,
  middleware,
  request: { body: body(NewApiKey) },
  responses: { 201: json(CreatedApiKey, 'The key'), ...problems },
});

const revoke = createRoute({
  method: 'delete',
  path: '/api-keys/{id}',
  summary: 'End a key at once',
  security: secured,
  middleware,
  request: { params },
  responses: { 204: { description: 'It works no more' }, ...problems },
});

export function apiKeyRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(list, async (c) => {
      const keys = await listApiKeys(deps.pool, deps.clock.now());
      const visible = keys.filter((key) => isWithin(c.get('caller'), key.ownerRefs));
      return c.json({ data: visible.map(viewOf), nextCursor: null }, 200);
    })
    .openapi(create, async (c) => {
      const now = deps.clock.now();
      const { name, scopes, ownerRefs = null, expiresAt } = c.req.valid('json');
      const wanted = {
        name,
        scopes: [...new Set(scopes)],
        ownerRefs: ownerRefs ?? c.get('caller').ownerRefs?.slice() ?? null,
        expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
      };
      if (wanted.expiresAt !== null && wanted.expiresAt <= now) throw invalidField('expiresAt', 'is past');
      refuseMoreThan(c.get('caller'), wanted);
      const text = `evg_${newSecretText()}`;
      const key = await createApiKey(deps.pool, new Secret(text), wanted, now);
      if (!key)
        throw new Problem('forbidden', `There are ${MAX_API_KEYS} keys already. Revoke those not in use.`);
      return c.json({ ...viewOf(key), key: text }, 201);
    })
    .openapi(revoke, async (c) => {
      const { id } = c.req.valid('param');
      const now = deps.clock.now();
      const caller = c.get('caller');
      await refuseForeignKey(deps, caller, id);
      if (!(await revokeApiKey(deps.pool, id, now))) throw notFound('key');
      return c.body(null, 204);
    });
}

/** A caller limited to owners neither sees nor ends keys of others. */
export async function refuseForeignKey(deps: HttpDeps, caller: Caller, id: string): Promise<void> {
  if (caller.ownerRefs === null) return;
  const known = (await listApiKeys(deps.pool, deps.clock.now())).find((key) => key.id === id);
  if (!known || !isWithin(caller, known.ownerRefs)) throw notFound('key');
}

function refuseMoreThan(caller: Caller, { scopes, ownerRefs }: Pick<Row, 'scopes' | 'ownerRefs'>): void {
  const missing = scopes.filter((scope) => !caller.scopes.has(scope));
  if (missing.length > 0) throw new Problem('forbidden', `This key does not have: ${missing.join(', ')}.`);
  if (!isWithin(caller, ownerRefs))
    throw new Problem('forbidden', 'This key may make keys for its own owners only.');
}

function isWithin(caller: Caller, ownerRefs: readonly string[] | null): boolean {
  if (caller.ownerRefs === null) return true;
  return ownerRefs !== null && ownerRefs.every((ref) => caller.ownerRefs?.includes(ref));
}

function viewOf({ createdAt, expiresAt, lastUsedAt, ...key }: Row): typeof ApiKey._output {
  return {
    ...key,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: iso(expiresAt),
    lastUsedAt: iso(lastUsedAt),
  };
}
