import { OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import { type Env } from './middleware/auth';
import { Problem } from './problems';
import { ProblemDocument } from './api/schemas';
import { rejectUnknownFields } from './middleware/strict';

/** A router whose routes refuse what they do not know, naming every field that is wrong. */
export function createRouter() {
  const router = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues);
    },
  });
  const register = router.openapi;
  const strictly = (route: RouteConfig, ...handlers: unknown[]) =>
    Reflect.apply(register, router, [
      { ...route, middleware: strictMiddleware(route) },
      ...handlers,
    ]) as unknown;
  router.openapi = strictly as typeof register;
  return router;
}

/** Who may not use a route at all learns nothing of what it takes: its own middleware comes first. */
function strictMiddleware(route: RouteConfig) {
  return [route.middleware ?? [], rejectUnknownFields(route)].flat();
}

export type Router = ReturnType<typeof createRouter>;

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

/** What any route may answer instead. */
export const problems = {
  default: { content: { 'application/problem+json': { schema: ProblemDocument } }, description: 'A problem' },
};

export const secured = [{ bearer: [] }];
