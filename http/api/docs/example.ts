import { type Schema, nameOf } from './document';

const BY_FORMAT: Record<string, string> = {
  'date-time': '2027-06-01T00:00:00.000Z',
  email: 'jo@shop.example',
  uri: 'https://app.example.com/inbox',
};

/** A body that a route takes, with every field that it knows. @param schemas `components.schemas` of the document */
export function exampleBody(schema: Schema, schemas: Record<string, Schema>): unknown {
  const of = (part: Schema) => exampleBody(part, schemas);
  if (schema.example !== undefined) return schema.example;
  const name = nameOf(schema);
  if (name !== null) return of(schemas[name] ?? {});
  const [choice] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (choice) return of(choice);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, part]) => [name, of(part)]),
      );
    case 'array':
      return schema.items ? [of(schema.items)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return BY_FORMAT[schema.format ?? ''] ?? 'text';
  }
}
