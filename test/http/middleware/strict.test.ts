import { type TestApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';

let stack: Stack;
let api: TestApi;
let id: string;
let described: Description;
useApi((started) => ({ stack, api } = started), { workers: false });
beforeAll(async () => {
  ({ id } = await stack.connect('strict', { start: false }));
  described = (await api.get('/openapi.json')).body;
});

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: unknown;
  maxLength?: number;
  maxItems?: number;
  enum?: unknown[];
  const?: unknown;
}
interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const operations = () =>
  Object.entries(described.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, verbs]) =>
      Object.entries(verbs).map(([verb, operation]) => ({ method: verb.toUpperCase(), path, operation })),
    );
const bodyOf = ({ requestBody }: Operation) => requestBody?.content['application/json']?.schema;

/** Every schema inside of one, with the way to it. */
function* within(schema: Schema, way: string): Generator<[string, Schema]> {
  const referred = schema.$ref?.split('/').at(-1);
  if (referred !== undefined) return yield* within(described.components.schemas[referred]!, way);
  yield [way, schema];
  for (const [name, inner] of Object.entries(schema.properties ?? {})) yield* within(inner, `${way}.${name}`);
  for (const inner of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) yield* within(inner, way);
  if (schema.items) yield* within(schema.items, `${way}[]`);
}

test('everything that may be given has a largest length', () => {
  let strings = 0;
  for (const { method, path, operation } of operations()) {
    const given = (operation.parameters ?? []).map(({ name, schema }) => [name, schema] as const);
    const body = bodyOf(operation);
    if (body) given.push(['body', body]);
    for (const [name, schema] of given)
      for (const [way, { type, maxLength, maxItems, enum: words, const: word }] of within(schema, name)) {
        if ([type].flat().includes('string') && !words && word === undefined) {
          strings += 1;
          expect([`${method} ${path} ${way}`, maxLength]).toEqual([
            `${method} ${path} ${way}`,
            expect.any(Number),
          ]);
        }
        if (type === 'array')
          expect([`${method} ${path} ${way}`, maxItems]).toEqual([
            `${method} ${path} ${way}`,
            expect.any(Number),
          ]);
      }
  }
  expect(strings).toBeGreaterThan(30);
});

test('every object that may be given is closed to other fields', () => {
  let objects = 0;
  for (const { method, path, operation } of operations()) {
    const body = bodyOf(operation);
    for (const [way, schema] of body ? within(body, 'body') : [])
      if (schema.type === 'object') {
        objects += 1;
        expect([`${method} ${path} ${way}`, schema.additionalProperties]).toEqual([
          `${method} ${path} ${way}`,
          false,
        ]);
      }
  }
  expect(objects).toBeGreaterThan(9);
});

/** One request to every route, with something more in it. */
function ask({ method, path }: { method: string; path: string }, query: string, body?: unknown) {
  const filled = path.replace('{id}', id).replace('{conversationId}', 'c');
  return api.request(method, `${filled}${query}`, { body, headers: { 'idempotency-key': 'k' } });
}

test.each(['colour', '__proto__', 'constructor', 'toString', 'Limit', 'limit[]', ''])(
  'a query parameter called %p is refused by name, on every route',
  async (name) => {
    for (const operation of operations()) {
      const body = bodyOf(operation.operation) ? {} : undefined;
      const answer = await ask(operation, `?${encodeURIComponent(name)}=1`, body);
      expect([operation.method, operation.path, answer.status, answer.body.errors]).toEqual([
        operation.method,
        operation.path,
        400,
        [{ field: name, message: 'is unknown' }],
      ]);
    }
    expect((await api.get(`/v1/integrations/${id}`)).body.state).toBe('active');
  },
);

test('a field of a body is refused by name on every route that takes none, and an empty object is fine', async () => {
  const without = operations().filter(({ method, operation }) => method !== 'GET' && !bodyOf(operation));
  expect(without.length).toBeGreaterThan(6);
  for (const operation of without) {
    for (const [body, field] of [
      ['{"force":true}', 'force'],
      ['{"__proto__":1}', '__proto__'],
      ['[1]', 'body'],
      ['1', 'body'],
    ]) {
      const answer = await ask(operation, '', body);
      expect([operation.path, answer.status, answer.body.errors]).toEqual([
        operation.path,
        400,
        [{ field, message: 'is unknown' }],
      ]);
    }
  }
  expect((await api.post(`/v1/integrations/${id}/pause`, {})).status).toBe(200);
});

test('who may not use a route learns nothing of what it takes', async () => {
  const { body } = await api.post('/v1/api-keys', { name: 'reads', scopes: ['read'] });
  const { status } = await api.as(body.key).post(`/v1/integrations/${id}/pause?colour=red`, { force: true });
  expect(status).toBe(403);
});

test('pages of owners and callbacks take what others add to addresses', async () => {
  const { body } = await api.post(`/v1/integrations/${id}/connect-links`);
  expect((await api.as(null).get(`${body.url}?utm_source=mail&fbclid=x`)).status).toBe(200);
  expect((await api.as(null).get('/healthz?probe=1')).status).toBe(200);
});
