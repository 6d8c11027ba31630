import { type paths } from './openapi.js';

/** The API's routes as functions of their paths, typed by the OpenAPI document. Errors are thrown, so there is `data`. */

type Verb = 'get' | 'post' | 'patch' | 'delete';
type PathsWith<V extends Verb> = {
  [P in keyof paths]: paths[P] extends Record<V, object> ? P : never;
}[keyof paths];
type OperationAt<P extends keyof paths, V extends Verb> = paths[P] extends Record<V, infer Op> ? Op : never;

type Params<Op> = Op extends { parameters: infer All }
  ? object extends All
    ? { params?: All }
    : { params: All }
  : object;
type Json<Content> = Content extends { content: { 'application/json': infer Body } } ? Body : never;
type Body<Op> = Op extends { requestBody: infer Content }
  ? { body: Json<Content> }
  : Op extends { requestBody?: infer Content }
    ? { body?: Json<Content> }
    : object;
type Options<Op> = Params<Op> & Body<Op> & { headers?: Record<string, string>; signal?: AbortSignal };

type Success = 200 | 201 | 202 | 204;
/** `undefined`: an answer without content. */
type Data<Op> = Op extends { responses: infer Responses }
  ? {
      [Status in keyof Responses & Success]: Responses[Status] extends { content: object }
        ? Json<Responses[Status]>
        : undefined;
    }[keyof Responses & Success]
  : never;

type Call<V extends Verb> = <P extends PathsWith<V>>(
  path: P,
  ...options: object extends Options<OperationAt<P, V>>
    ? [Options<OperationAt<P, V>>?]
    : [Options<OperationAt<P, V>>]
) => Promise<{ data: Data<OperationAt<P, V>>; response: Response }>;

/**
 * Every route of the API by its path, with retries where they are safe.
 * @example const { data } = await evergrant.api.GET('/v1/integrations/{id}/events', { params: { path: { id } } });
 */
export interface Api {
  GET: Call<'get'>;
  POST: Call<'post'>;
  PATCH: Call<'patch'>;
  DELETE: Call<'delete'>;
}
