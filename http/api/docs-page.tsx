import { API_TEXT } from '../../core/text/api-docs';
import { PROBLEMS } from '../problems';
import { type Frame } from '../frame';
import { Layout } from '../owner/layout';

interface Described {
  paths?: Record<string, Record<string, unknown>>;
}

interface Operation {
  summary?: string;
  description?: string;
}

const METHODS = ['get', 'post', 'patch', 'delete'];

/** The API on one page: every route with what it does, every problem with its status. */
export function ApiPage({ document, frame }: { document: object; frame: Frame }) {
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
