import { Hono } from 'hono';
import { raw } from 'hono/html';
import { type HttpDeps } from '../deps';
import { assetOf, sendRevalidated } from '../assets';
import { API_TEXT } from '../../core/text/api-docs';
import { frameOf } from '../frame';
import { Layout } from '../owner/layout';
import { PROBLEMS } from '../problems';
import { type Schema, exampleBody } from './example-body';
import { openApiDocument } from './openapi';
import { type Router } from '../router';

/** The API reference: OpenAPI 3.1, and the same as a page. */
export function docsRoutes(deps: HttpDeps, app: Router): Hono {
  // Built at the first request, when every route is registered, and then kept: nobody needs a key to ask for it.
  const built = once(() => {
    const document = openApiDocument(app, deps.site.publicUrl);
    const text = (<Reference document={document} />).toString();
    return { file: assetOf('application/json', Buffer.from(JSON.stringify(document))), text };
  });
  return new Hono()
    .get('/openapi.json', (c) => {
      c.header('cache-control', 'no-cache');
      return sendRevalidated(c, built().file);
    })
    .get('/docs', (c) => {
      const frame = { ...frameOf(deps.site, c), product: 'Evergrant' };
      return c.html(
        <Layout title={API_TEXT.title} frame={frame}>
          <style nonce={frame.nonce}>{raw(STYLE)}</style>
          {raw(built().text)}
        </Layout>,
      );
    });
}

/** Long paths and examples break or scroll on their own: the page never scrolls sideways. */
const STYLE = `
main { max-width: 52rem; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .8rem 1rem; background: var(--ground); border-radius: 8px; font-size: .85rem; }
section { border-top: 1px solid var(--line); }
section h2 { font-size: 1rem; }
@media (max-width: 40rem) { main { margin: 0; padding: 1.2rem; border: 0; border-radius: 0; } dl { display: block; } dt { margin-top: .6rem; } }
`;

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

interface Described {
  paths?: Record<string, Record<string, unknown>>;
  components?: { schemas?: Record<string, Schema> };
}

interface Operation {
  summary?: string;
  description?: string;
  requestBody?: { content?: Record<string, { schema?: Schema }> };
}

const METHODS = ['get', 'post', 'patch', 'delete'];

/** Every route with its description, and every error code with its status. */
function Reference({ document }: { document: object }) {
  const { paths = {}, components = {} } = document as Described;
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
          const schema = operation.requestBody?.content?.['application/json']?.schema;
          return (
            <section>
              <h2>
                <code>
                  {method.toUpperCase()} {path}
                </code>
              </h2>
              <p>
                {operation.summary}. {operation.description}
              </p>
              {schema && (
                // It scrolls, so the keyboard has to reach it.
                <pre tabindex={0} aria-label={API_TEXT.body(method.toUpperCase(), path)}>
                  {JSON.stringify(exampleBody(schema, components.schemas ?? {}), null, 2)}
                </pre>
              )}
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
