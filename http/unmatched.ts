import { type Context, type Hono } from 'hono';
import { type HttpDeps } from './deps';
import { answerError } from './errors';
import { Problem, notFound } from './problems';

interface Route {
  method: string;
  path: string;
}

/** Responds to requests without a route: 405 with `Allow` if only the method is wrong, otherwise 404. */
export function answerUnmatched(
  deps: Pick<HttpDeps, 'sealer' | 'clock' | 'logger' | 'site'>,
  app: Pick<Hono, 'routes'>,
) {
  return (c: Context): Response => {
    const methods = methodsAt(app.routes, c.req.path);
    if (methods.length === 0) return answerError(deps, notFound('page'), c);
    const allow = methods.join(', ');
    return answerError(
      deps,
      new Problem('method_not_allowed', `Allowed methods: ${allow}.`, {}, { allow }),
      c,
    );
  };
}

/** Middleware is registered under the method ALL. */
function methodsAt(routes: readonly Route[], path: string): string[] {
  const found = routes.filter((route) => route.method !== 'ALL' && isAt(route.path, path));
  return [...new Set(found.map(({ method }) => method))].sort();
}

/** @param pattern a path; `:name` matches any segment */
function isAt(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i])
  );
}
