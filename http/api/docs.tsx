import { Hono } from 'hono';
import { type HttpDeps } from '../deps';
import { API_TEXT } from '../../core/text/api-docs';
import { type Frame, frameOf } from '../frame';
import { Layout } from '../owner/layout';
import { PROBLEMS } from '../problems';
import { type Router } from '../router';

const version = '1.0.0';

/** The API reference: OpenAPI 3.1, and the same as a page. */
export function docsRoutes(deps: HttpDeps, app: Router): Hono {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  const describe = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Evergrant',
        version,
        description:
          'Keeps Instagram connections alive. Times are ISO 8601 UTC with milliseconds. Lists return `{data, nextCursor}`. Errors are problem documents (RFC 9457).',
      },
      servers: [{ url: deps.site.publicUrl }],
    });
  return new Hono()
    .get('/openapi.json', (c) => c.json(describe()))
    .get('/docs', (c) => c.html(<ApiPage document={describe()} frame={frameOf(deps.site, c)} />));
}

interface Described {
  paths?: Record<string, Record<string, unknown>>;
}

interface Operation {
  summary?: string;
  description?: string;
}

const METHODS = ['get', 'post', 'patch', 'delete'];

/** Every route with its description, and every error code with its status. */
function ApiPage({ document, frame }: { document: object; frame: Frame }) {
  const { paths = {} } = document as Described;
  return (
    <Layout title={API_TEXT.title} frame={{ ...frame, product: 'Evergrant' }}>
      <h1>{API_TEXT.heading}</h1>
      <p>
        {API_TEXT.header} <code>{API_TEXT.example}</code>
      </p>
      <p>
        {API_TEXT.machine} <a href="/openapi.json">{API_TEXT.file}</a>
      </p>
      {Object.entries(paths).flatMap(([path, item]) =>
        METHODS.filter((method) => method in item).map((method) => {
          const operation = item[method] as Operation;
          return (
            <section>
              <h3>
                <code>
                  {method.toUpperCase()} {path}
                </code>
              </h3>
              <p>
                {operation.summary}. {operation.description}
              </p>
            </section>
          );
        }),
      )}
      <h2>{API_TEXT.problems}</h2>
      <dl>
        {Object.entries(PROBLEMS).map(([code, [status, title]]) => (
          <>
            <dt id={code}>
              <code>{code}</code> {status}
            </dt>
            <dd>{title}.</dd>
          </>
        ))}
      </dl>
    </Layout>
  );
}
