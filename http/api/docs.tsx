import { Hono } from 'hono';
import { raw } from 'hono/html';
import { type HttpDeps } from '../deps';
import { assetOf, sendRevalidated } from '../assets';
import { API_TEXT } from '../../core/text/api-docs';
import { frameOf } from '../frame';
import { Layout } from '../owner/layout';
import { PROBLEMS } from '../problems';
import { type Router } from '../router';

const version = '1.0.0';

/** The API reference: OpenAPI 3.1, and the same as a page. */
export function docsRoutes(deps: HttpDeps, app: Router): Hono {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  // Built at the first request, when every route is registered, and then kept: nobody needs a key to ask for it.
  const built = once(() => {
    const document = app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Evergrant',
        version,
        description:
          'Keeps Instagram connections alive. Times are ISO 8601 UTC with milliseconds. Lists return `{data, nextCursor}`. Errors are problem documents (RFC 9457).',
      },
      servers: [{ url: deps.site.publicUrl }],
    });
    const text = (<Reference document={document} />).toString();
    return { file: assetOf('application/json', Buffer.from(JSON.stringify(document))), text };
  });
  return new Hono()
    .get('/openapi.json', (c) => {
      c.header('cache-control', 'no-cache');
      return sendRevalidated(c, built().file);
    })
    .get('/docs', (c) =>
      c.html(
        <Layout title={API_TEXT.title} frame={{ ...frameOf(deps.site, c), product: 'Evergrant' }}>
          {raw(built().text)}
        </Layout>,
      ),
    );
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
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
function Reference({ document }: { document: object }) {
  const { paths = {} } = document as Described;
  return (
    <>
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
    </>
  );
}
