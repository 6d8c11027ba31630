import { type Child } from 'hono/jsx';
import { SHAPE_TEXT as TEXT } from '../../../core/text/api-docs';
import { type Schema, nameOf } from './document';
import { Marked, schemaAnchor } from './marked';

/** What a schema allows. A schema of `components` is only linked: it is described once, in a section of its own. */
export function Shape({ schema, isInput = false }: { schema: Schema; isInput?: boolean }) {
  if (nameOf(schema) !== null || !hasFields(schema))
    return (
      <p class="type">
        <Type schema={schema} />
      </p>
    );
  if (schema.allOf)
    return (
      <>
        {schema.allOf.map((part) => {
          const name = nameOf(part);
          return name === null ? <Shape schema={part} isInput={isInput} /> : <p>{TEXT.and(name)}</p>;
        })}
      </>
    );
  const { properties = {}, required = [] } = objectIn(schema);
  return (
    <ul class="fields">
      {Object.entries(properties).map(([name, field]) => (
        <Field name={name} schema={field} isRequired={required.includes(name)} isInput={isInput} />
      ))}
    </ul>
  );
}

/** One field or parameter. @param props.place where a parameter is */
export function Field(props: {
  name: string;
  schema: Schema;
  isRequired: boolean;
  isInput: boolean;
  place?: string;
}) {
  const { name, schema, isRequired, isInput, place } = props;
  // An answer has every field, a request only those it needs to have.
  const note = isInput === isRequired && (isRequired ? TEXT.required : TEXT.optional);
  return (
    <li>
      <code class="name">{name}</code>{' '}
      <span class="type">
        {place && `${place} · `}
        <Type schema={schema} />
        {note && (
          <>
            {' · '}
            <b>{note}</b>
          </>
        )}
      </span>
      {schema.description && (
        <p>
          <Marked text={schema.description} />
        </p>
      )}
      {hasFields(schema) && nameOf(schema) === null && <Shape schema={schema} isInput={isInput} />}
    </li>
  );
}

/** Type, limits and choices in one line. */
function Type({ schema }: { schema: Schema }) {
  const name = nameOf(schema);
  if (name !== null) return <a href={`#${schemaAnchor(name)}`}>{name}</a>;
  const choices = schema.anyOf ?? schema.oneOf ?? (schema.allOf?.length === 1 ? schema.allOf : undefined);
  if (choices) return <>{joined(choices.map((choice) => <Type schema={choice} />))}</>;
  const [type = TEXT.anything, ...others] = [schema.type].flat().filter((one) => one !== undefined);
  return (
    <>
      {type === 'array' && schema.items ? (
        <>
          {TEXT.listOf}
          <Type schema={schema.items} />
        </>
      ) : type === 'object' && !schema.properties ? (
        TEXT.anyName
      ) : (
        [type, ...(schema.format ? [`(${schema.format})`] : [])].join(' ')
      )}
      {others.map((other) => TEXT.or + other)}
      {limitsOf(schema).map((limit) => ` · ${limit}`)}
      {schema.enum && (
        <>
          {` · ${schema.enum.length > 1 ? TEXT.oneOf : TEXT.always} `}
          {joined(
            schema.enum.filter((value) => value !== null).map((value) => <code>{String(value)}</code>),
            ', ',
          )}
        </>
      )}
      {schema.const !== undefined && (
        <>
          {` · ${TEXT.always} `}
          <code>{String(schema.const)}</code>
        </>
      )}
      {schema.default !== undefined && (
        <>
          {` · ${TEXT.byDefault} `}
          <code>{JSON.stringify(schema.default)}</code>
        </>
      )}
    </>
  );
}

function limitsOf(schema: Schema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const range = (low?: number, high?: number) =>
    low === undefined && high === undefined ? null : TEXT.range(low, high);
  // Of integers the library says what JavaScript can count to.
  const [value, length, items] = [
    range(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum),
    range(minLength, maxLength),
    range(minItems, maxItems),
  ];
  return [value, length && TEXT.characters(length), items && TEXT.entries(items)].filter(
    (limit) => limit !== null,
  );
}

function joined(parts: Child[], by: string = TEXT.or) {
  return parts.map((part, at) => (
    <>
      {at > 0 && by}
      {part}
    </>
  ));
}

/** The object that has the fields: the schema's own, or that of each entry of a list. */
function objectIn(schema: Schema): Schema {
  return schema.items && nameOf(schema.items) === null ? objectIn(schema.items) : schema;
}

function hasFields(schema: Schema): boolean {
  return objectIn(schema).properties !== undefined || (schema.allOf?.length ?? 0) > 1;
}
