import { refuse } from './errors';

/** One entry of `fields`: `messages.limit(5){id,from}`. */
export interface Field {
  name: string;
  modifiers: Record<string, string>;
  fields: Field[];
}

const MAX_DEPTH = 8;

/**
 * Reads a `fields` parameter. Throws the syntax error of Graph.
 * @see https://developers.facebook.com/docs/graph-api/guides/field-expansion
 */
export function parseFields(text: string): Field[] {
  let position = 0;
  const fail = () => refuse('syntax_error', { position: String(position) });
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) position += found.length;
    return found;
  };
  const list = (depth: number): Field[] => {
    if (depth > MAX_DEPTH) throw fail();
    const fields: Field[] = [];
    do fields.push(one(depth));
    while (take(/\s*,\s*/y));
    return fields;
  };
  const one = (depth: number): Field => {
    const name = take(/\s*\w+/y)?.trim();
    if (name === undefined) throw fail();
    const modifiers: Record<string, string> = {};
    for (let modifier = take(/\.\w+\(/y); modifier; modifier = take(/\.\w+\(/y)) {
      const value = take(/[^()]*/y) ?? '';
      if (!take(/\)/y)) throw fail();
      modifiers[modifier.slice(1, -1)] = value.trim();
    }
    if (!take(/\s*\{/y)) return { name, modifiers, fields: [] };
    const fields = list(depth + 1);
    if (!take(/\s*\}/y)) throw fail();
    return { name, modifiers, fields };
  };
  const fields = list(1);
  take(/\s+/y);
  if (position < text.length) throw fail();
  return fields;
}

/** The inverse of `parseFields`. */
export function printFields(fields: readonly Field[]): string {
  return fields
    .map(({ name, modifiers, fields: inner }) => {
      const called = Object.entries(modifiers).map(([key, value]) => `.${key}(${value})`);
      return `${name}${called.join('')}${inner.length > 0 ? `{${printFields(inner)}}` : ''}`;
    })
    .join(',');
}

/** The fields of a node: a value or an edge each. `undefined`: the field exists, this node has none. */
export type Node = { id: string } & Record<string, unknown>;
export type Edge = (field: Field) => unknown;

/** The fields asked for, or the defaults, in that order; `id` always. */
export function select(node: Node, asked: readonly Field[], defaults: readonly string[]): object {
  const fields = asked.length > 0 ? asked : defaults.map((name) => ({ name, modifiers: {}, fields: [] }));
  const answer: Record<string, unknown> = {};
  for (const field of fields) {
    requireKnown(field, Object.keys(node));
    const value = node[field.name];
    answer[field.name] = typeof value === 'function' ? (value as Edge)(field) : value;
  }
  answer['id'] ??= node.id;
  return answer;
}

/** Throws for a field that nodes of a kind do not have. */
export function requireKnown({ name }: Field, known: readonly string[]): void {
  if (!known.includes(name)) throw refuse('nonexisting_field', { field: name });
}

/** A field whose value is itself a node, without edges: `from{id}`. */
export const person =
  (value: Node): Edge =>
  ({ fields }) =>
    select(value, fields, Object.keys(value));

/** A list of such nodes, without paging: `participants{username}`. */
export const people =
  (values: readonly Node[]): Edge =>
  ({ fields }) => ({ data: values.map((value) => select(value, fields, Object.keys(value))) });
