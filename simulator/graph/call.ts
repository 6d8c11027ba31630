import { refuse } from './errors';
import { type Field, type Node, parseFields, printFields, requireKnown, select } from './fields';
import { paginate, type Position, readLimit } from './paging';
import { type Parameters, text } from './parameters';
import { type Account, type Mode, type Token } from '../world/state';
import { type World } from '../world/world';

/** A Graph request whose token is alive and has the scopes of its endpoint. */
export interface Call {
  account: Account;
  token: Token;
  /** The id in the path, or `me`. */
  id: string;
  parameters: Parameters;
  mode: Pick<Mode, 'paging' | 'largestPage' | 'listRows'>;
  /** Where this Graph is reached, with version: `http://127.0.0.1:4010/v25.0`. */
  baseUrl: string;
}

/** One Graph operation; `path` in Hono's notation, without version prefix. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  scopes: readonly string[];
  /** Returns the body of the answer; throws `InstagramError`. */
  answer(call: Call, world: World): object;
}

/** Throws unless the path names the token's own account, as `me` or by its professional account id. */
export function requireOwnAccount({ id, account }: Call, method: string): void {
  if (id !== 'me' && id !== account.id) throw refuse('object_missing', { method, id });
}

export function askedFields({ parameters }: Call): Field[] {
  const fields = text(parameters, 'fields');
  return fields === undefined || fields.trim() === '' ? [] : parseFields(fields);
}

export interface Edge<T extends Position> {
  path: string;
  /** Newest first. */
  list: readonly T[];
  node(entry: T): Node;
  /** Every field of the nodes: an unknown one is refused on an empty page too. */
  fields: readonly string[];
  defaults: readonly string[];
}

/** One page of an edge, with the links that carry the token, as Instagram prints them. */
export function edge<T extends Position>(
  call: Call,
  { path, list, node, fields, defaults }: Edge<T>,
  asked: { fields: readonly Field[]; parameters: Parameters; filter?: Record<string, string> },
): object {
  const { paging, largestPage, listRows } = call.mode;
  asked.fields.forEach((field) => requireKnown(field, fields));
  const page = paginate(list, asked.parameters);
  if (largestPage !== null && readLimit(asked.parameters['limit']) > largestPage)
    throw refuse('too_much_data');
  const data = page.entries
    .map((entry) => select(node(entry), asked.fields, defaults))
    .map((row, index) => (listRows === 'odd' && index % 2 === 1 ? withoutValues(row) : row));
  if (!page.cursors) return { data };
  const link = (cursor: Record<string, string>) => {
    const query = new URLSearchParams({
      ...(asked.fields.length > 0 && { fields: printFields(asked.fields) }),
      ...asked.filter,
      access_token: call.token.value,
      limit: text(asked.parameters, 'limit') ?? '25',
      ...cursor,
    });
    return `${call.baseUrl}${path}?${query.toString()}`;
  };
  const { before, after } = page.cursors;
  return {
    data,
    paging: {
      ...(paging === 'cursors' && { cursors: page.cursors }),
      ...(page.hasNext && { next: link({ after }) }),
      ...(page.hasPrevious && { previous: link({ before }) }),
    },
  };
}

/** A row of which only the id is left, as of people who deleted their account. */
function withoutValues(row: object): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, name === 'id' ? value : null]));
}
