import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, type Schema, operationsOf } from '../../http/api/docs/document';

// `npm run check` fails when this file is not what the API is.
const document = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'),
) as Document;
const operations = operationsOf(document);

/** Every schema with its place, those of `components` once. */
function* schemas(): Generator<[place: string, schema: Schema, isField: boolean]> {
  for (const [name, schema] of Object.entries(document.components.schemas)) yield* within(name, schema);
  for (const { id, operation } of operations) {
    for (const { name, schema = {}, ...parameter } of operation.parameters ?? [])
      yield* within(`${id} ?${name}`, { ...parameter, ...schema } as Schema, true);
    const contents = [operation.requestBody, ...Object.values(operation.responses)];
    for (const { content = {} } of contents.filter((one) => one !== undefined))
      for (const { schema } of Object.values(content)) yield* within(id, schema);
  }
}

function* within(place: string, schema: Schema, isField = false): ReturnType<typeof schemas> {
  yield [place, schema, isField];
  for (const [name, field] of Object.entries(schema.properties ?? {}))
    yield* within(`${place}.${name}`, field, true);
  // An example of the list is one of what is in it.
  if (schema.items && schema.example === undefined) yield* within(`${place}[]`, schema.items);
  for (const choice of [schema.anyOf, schema.oneOf, schema.allOf].flat())
    if (choice) yield* within(place, choice);
}

test('every parameter and every field has a description', () => {
  const bare = [...schemas()].filter(
    ([, schema, isField]) => isField && !schema.$ref && !schema.description?.trim(),
  );
  expect(bare.map(([place]) => place)).toEqual([]);
});

test('every text and number has an example, or says which values there are', () => {
  const bare = [...schemas()].filter(([, schema]) => {
    const isPlain = [schema.type].flat().some((type) => ['string', 'number', 'integer'].includes(type ?? ''));
    const known = [schema.example, schema.enum, schema.const, schema.default];
    return isPlain && known.every((value) => value === undefined);
  });
  expect(bare.map(([place]) => place)).toEqual([]);
});

test('every operation has a summary, a description, a tag that is described, and an ID of its own', () => {
  const tags = document.tags.filter(({ description }) => description).map(({ name }) => name);
  const incomplete = operations.filter(
    ({ operation: { summary, description, tags: of } }) =>
      !summary || !description || !of?.every((tag) => tags.includes(tag)),
  );
  expect(incomplete.map(({ id }) => id)).toEqual([]);
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

test('every operation that needs a key says which scope', () => {
  const without = operations.filter(({ operation }) => operation.security && !operation['x-scope']);
  expect(without.map(({ id }) => id)).toEqual([]);
  const scopes = Object.fromEntries(operations.map(({ id, operation }) => [id, operation['x-scope']]));
  expect(scopes).toMatchObject({ getToken: 'token', sendMessage: 'message', createApiKey: 'admin' });
  const embed = operations.filter(({ operation }) => operation['x-embed-token']).map(({ id }) => id);
  expect(embed.sort()).toEqual([
    'createConnectLink',
    'ensureFresh',
    'getIntegration',
    'listIntegrations',
    'recheckToken',
  ]);
});
