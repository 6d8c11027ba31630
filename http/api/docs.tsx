import { Hono } from 'hono';
import { type HttpDeps } from '../deps';
import { ApiPage } from './docs-page';
import { frameOf } from '../frame';
import { type Router } from '../router';

const version = '1.0.0';

/** The API's own description: OpenAPI 3.1 for programs, a page for people. */
export function docsRoutes(deps: HttpDeps, app: Router): Hono {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  const describe = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Evergrant',
        version,
        description:
          'Keeps Instagram connections alive. Instants are ISO 8601 UTC; lists answer `{data, nextCursor}`.',
      },
      servers: [{ url: deps.site.publicUrl }],
    });
  return new Hono()
    .get('/openapi.json', (c) => c.json(describe()))
    .get('/docs', (c) => c.html(<ApiPage document={describe()} frame={frameOf(deps.site, c)} />));
}
