import { API_TEXT, OPERATION_TEXT as TEXT } from '../../../core/text/api-docs';
import { type Described, type Document } from './document';
import { errorsOf } from './errors';
import { exampleOf } from './example';
import { Marked, Sample } from './marked';
import { Field, Shape } from './schema';
import { clientCallOf, curlOf } from './snippets';
import { TryIt } from './try-it';

/** All about one operation. Its anchor is its ID. */
export function OperationSection(props: {
  of: Described;
  document: Document;
  all: readonly Described[];
  url: string;
}) {
  const { of, document, all, url } = props;
  const { id, method, path, operation } = of;
  const { schemas } = document.components;
  const call = clientCallOf(id);
  return (
    <section id={id} class="operation" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        <a href={`#${id}`}>{operation.summary}</a>
      </h3>
      <p class="route">
        <Verb method={method} />{' '}
        <code>
          {method.toUpperCase()} {path}
        </code>
      </p>
      {operation.description && (
        <p>
          <Marked text={operation.description} errors />
        </p>
      )}
      {operation.parameters && (
        <ul class="fields" aria-label={TEXT.parameters(id)}>
          {operation.parameters.map(({ name, required = false, description, schema = {}, ...parameter }) => (
            <Field
              {...{ name, isInput: true, isRequired: required, place: TEXT.places[parameter.in] }}
              schema={{ ...schema, ...(description !== undefined && { description }) }}
            />
          ))}
        </ul>
      )}
      <RequestBody of={of} document={document} />
      {Object.entries(operation.responses)
        .filter(([status]) => status !== 'default')
        .map(([status, { description, content = {} }]) => {
          const [schema] = Object.values(content).map((one) => one.schema);
          const title = (
            <>
              <b>{status}</b> {description}
            </>
          );
          if (!schema) return <p class="no-content">{title}</p>;
          return (
            <details>
              <summary>{title}</summary>
              <Shape schema={schema} />
              <Sample
                label={API_TEXT.answer(status, id)}
                text={JSON.stringify(exampleOf(schema, schemas), null, 2)}
              />
            </details>
          );
        })}
      <p class="errors">
        {TEXT.errors}:{' '}
        {errorsOf(of, all).map((code, at) => (
          <>
            {at > 0 && ', '}
            <a href={`#${code}`}>
              <code>{code}</code>
            </a>
          </>
        ))}
      </p>
      {operation.security && (
        <>
          <details>
            <summary>{TEXT.example}</summary>
            <Snippet tool="curl" id={id} text={curlOf(of, schemas, url)} />
            {call !== null && <Snippet tool={TEXT.client} id={id} text={call} />}
          </details>
          <TryIt of={of} schemas={schemas} />
        </>
      )}
    </section>
  );
}

export function Verb({ method }: { method: string }) {
  return (
    <span class={`verb ${method}`} aria-hidden="true">
      {method.toUpperCase()}
    </span>
  );
}

function RequestBody({ of, document }: { of: Described; document: Document }) {
  const { method, path, operation } = of;
  const [[type, content] = []] = Object.entries(operation.requestBody?.content ?? {});
  if (type === undefined || !content) return null;
  return (
    <details>
      <summary>
        <b>{TEXT.body}</b> {type}
      </summary>
      <Shape schema={content.schema} isInput />
      {type === 'application/json' && (
        <Sample
          label={API_TEXT.body(method.toUpperCase(), path)}
          text={JSON.stringify(exampleOf(content.schema, document.components.schemas), null, 2)}
        />
      )}
    </details>
  );
}

function Snippet({ tool, id, text }: { tool: string; id: string; text: string }) {
  return (
    <div class="snippet">
      <p>
        {tool}
        <button
          type="button"
          class="second copy"
          data-done={TEXT.copied}
          aria-label={TEXT.copyWhat(API_TEXT.snippet(tool, id))}
          hidden
        >
          {TEXT.copy}
        </button>
      </p>
      <Sample label={API_TEXT.snippet(tool, id)} text={text} />
    </div>
  );
}
