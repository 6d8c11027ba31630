import { OpenAPIHono, type RouteConfig, createRoute, type z } from '@hono/zod-openapi';
import { type MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { isRecord } from '../core/is-record';
import { type Env, requirementOf } from './middleware/auth';
import { API_TEXT } from '../core/text/api-docs';
import { Problem } from './problems';
import { ProblemDocument } from './api/schemas';

/** A router that answers input of the wrong shape with a problem document. */
export function createRouter() {
  return new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues);
    },
  });
}

/** The parts of the reference, in their order there. */
export const TAGS = {
  Integrations: 'Connected Instagram accounts.',
  'Connect links': 'Signed links by which an owner connects or reconnects an account.',
  Tokens: 'The current token, its refresh, and what to do when Instagram refuses it.',
  Messages: 'Conversations and messages, with recovery and one repetition built in.',
  Events: 'What happened, as a timeline and as a feed.',
  Webhooks: 'Where events are delivered to.',
  Deliveries: 'The log of webhook and email deliveries.',
  Fleet: 'All connections at a glance.',
  'Bulk operations': 'Doing something with many connections, in the background.',
  Access: 'API keys, embed tokens, console sessions, and who changed what.',
  'Data deletion': 'Requests to delete the data of an account.',
  Callbacks: 'What Instagram calls. Signed by Meta, no API key.',
} as const;
export type Tag = keyof typeof TAGS;

export type Router = ReturnType<typeof createRouter>;

/**
 * A documented route that rejects undocumented input: query parameters, and fields of a body where none is documented.
 * A misspelled parameter would otherwise be ignored. Fields of a documented body are the concern of its schema.
 */
export function strictRoute<
  P extends string,
  R extends Omit<RouteConfig, 'path'> & { path: P; operationId: string; tags: [Tag] },
>(config: R) {
  // The route's own middleware comes first: a caller without access learns nothing about the input.
  const middleware: MiddlewareHandler[] = [config.middleware ?? [], rejectUnknownInput(config)].flat();
  return createRoute({ ...config, ...accessOf(config, middleware), middleware });
}

/** The scope that a route really requires, for people and for programs. */
function accessOf({ description }: { description?: string }, middleware: MiddlewareHandler[]) {
  const required = requirementOf(middleware);
  if (!required) return {};
  const { scope, embed } = required;
  const sentences = [description, API_TEXT.needs(scope, embed)].filter((text) => text !== undefined);
  return { description: sentences.join(' '), 'x-scope': scope, ...(embed && { 'x-embed-token': true }) };
}

function rejectUnknownInput({ request }: Pick<RouteConfig, 'request'>) {
  const known = Object.keys((request?.query as { shape?: object } | undefined)?.shape ?? {});
  const hasBody = request?.body !== undefined;
  return createMiddleware(async (c, next) => {
    const unknown = [...new URL(c.req.url).searchParams.keys()].filter((name) => !known.includes(name));
    if (!hasBody) unknown.push(...fieldsOf(await c.req.text()));
    if (unknown.length > 0) throw unknownFields(unknown);
    await next();
  });
}

/** @param text empty, or JSON */
function fieldsOf(text: string): string[] {
  if (text.trim() === '') return [];
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? Object.keys(value) : ['body'];
}

function unknownFields(names: string[]): Problem {
  return new Problem('invalid_request', `Unknown fields: ${names.join(', ')}.`, {
    errors: [...new Set(names)].map((field) => ({ field, message: 'is unknown' })),
  });
}

/** 400 with one entry per field. */
export function invalid(issues: readonly z.core.$ZodIssue[]): Problem {
  const errors = issues.flatMap((issue) => {
    const field = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [{ field: field || 'body', message: issue.message }];
    return issue.keys.map((key) => ({ field: field ? `${field}.${key}` : key, message: 'is unknown' }));
  });
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ');
  return new Problem('invalid_request', `Invalid fields: ${fields}.`, { errors });
}

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});

export const body = <T extends z.ZodType>(schema: T) => ({
  content: { 'application/json': { schema } },
  required: true,
});

/** The error response of every route. */
export const problems = {
  default: {
    content: { 'application/problem+json': { schema: ProblemDocument } },
    description: 'A problem document, see `code`',
  },
};

export const secured = [{ bearer: [] }];
