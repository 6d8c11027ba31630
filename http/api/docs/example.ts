import { type Schema, nameOf } from './document';

const BY_FORMAT: Record<string, string> = {
  'date-time': '2027-06-01T00:00:00.000Z',
  email: 'jo@shop.example',
  uri: 'https://app.example.com/inbox',
};

/** `required`: of an object that requires fields only those, as one would begin with. */
type Extent = 'all' | 'required';

/** A value of a schema. @param schemas `components.schemas` of the document */
export function exampleOf(schema: Schema, schemas: Record<string, Schema>, extent: Extent = 'all'): unknown {
  const of = (part: Schema) => exampleOf(part, schemas, extent);
  if (schema.example !== undefined) return schema.example;
  const name = nameOf(schema);
  if (name !== null) return of(schemas[name] ?? {});
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(of)) as unknown;
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice) return of(choice);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(fieldsOf(schema, extent).map(([field, part]) => [field, of(part)]));
    case 'array':
      return schema.items ? [of(schema.items)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return BY_FORMAT[schema.format ?? ''] ?? 'text';
  }
}

function fieldsOf({ properties = {}, required = [] }: Schema, extent: Extent): [string, Schema][] {
  const fields = Object.entries(properties);
  return extent === 'all' || required.length === 0
    ? fields
    : fields.filter(([field]) => required.includes(field));
}
