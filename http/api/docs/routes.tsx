import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Hono } from 'hono';
import { raw } from 'hono/html';
import { type HttpDeps } from '../../deps';
import { assetOf, assetUrl, sendRevalidated, takesGzip } from '../../assets';
import { API_TEXT } from '../../../core/text/api-docs';
import { frameOf } from '../../frame';
import { Layout } from '../../owner/layout';
import { openApiDocument } from '../openapi';
import { type Router } from '../../router';
import { type Document } from './document';
import { Reference } from './page';

const compress = promisify(gzip);

/** The API reference: OpenAPI 3.1, and the same as a page. */
export function docsRoutes(deps: HttpDeps, app: Router): Hono {
  // Built at the first request, when every route is registered, and then kept: nobody needs a key to ask for it.
  const built = once(() => {
    const url = deps.site.publicUrl;
    const document = openApiDocument(app, url);
    const file = assetOf('application/json', Buffer.from(JSON.stringify(document)));
    // The library's types are wider than what we describe.
    const reference = <Reference document={document as unknown as Document} url={url} />;
    return { file, text: reference.toString() };
  });
  return new Hono()
    .get('/openapi.json', (c) => {
      c.header('cache-control', 'no-cache');
      return sendRevalidated(c, built().file);
    })
    .get('/docs', async (c) => {
      const frame = { ...frameOf(deps.site, c), product: 'Evergrant' };
      const page = (
        <Layout
          title={API_TEXT.title}
          frame={frame}
          head={
            <>
              <link rel="stylesheet" href={assetUrl('docs.css')} nonce={frame.nonce} />
              <script src={assetUrl('docs.js')} nonce={frame.nonce} defer></script>
            </>
          }
        >
          {raw(built().text)}
        </Layout>
      );
      c.header('vary', 'accept-encoding');
      c.header('content-type', 'text/html; charset=utf-8');
      if (!takesGzip(c)) return c.body(page.toString());
      // Each answer has a nonce of its own. Compressing it is work for another thread.
      c.header('content-encoding', 'gzip');
      return c.body(new Uint8Array(await compress(page.toString())));
    });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
