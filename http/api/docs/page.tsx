import { API_TEXT as TEXT } from '../../../core/text/api-docs';
import { PROBLEMS } from '../../problems';
import { type Described, type Document, operationsOf } from './document';
import { Marked, schemaAnchor, tagAnchor } from './marked';
import { OperationSection, Verb } from './operation';
import { Shape } from './schema';
import { KeyField } from './try-it';

/** The reference: every operation by tag, every schema and every error, each with an anchor. It needs no script to read. */
export function Reference({ document, url }: { document: Document; url: string }) {
  const all = operationsOf(document);
  const tags = document.tags.map((tag) => ({
    ...tag,
    operations: all.filter(({ operation }) => operation.tags?.includes(tag.name)),
  }));
  return (
    <>
      <a class="skip" href="#reference">
        {TEXT.skip}
      </a>
      <div class="columns">
        <Contents tags={tags} />
        <div id="reference" tabindex={-1}>
          <h1>{TEXT.heading}</h1>
          <p>
            <Marked text={document.info.description} />
          </p>
          <p>
            {TEXT.header} <code>{TEXT.example}</code>
          </p>
          <p>
            {TEXT.machine} <a href="/openapi.json">{TEXT.file}</a>
          </p>
          <KeyField />
          {tags.map(({ name, description, operations }) => (
            <>
              <h2 id={tagAnchor(name)}>{name}</h2>
              <p>{description}</p>
              {operations.map((of) => (
                <OperationSection of={of} document={document} all={all} url={url} />
              ))}
            </>
          ))}
          <Schemas document={document} />
          <Errors />
        </div>
      </div>
    </>
  );
}

/** Open beside the reference, folded above it on a phone. */
function Contents({ tags }: { tags: { name: string; operations: Described[] }[] }) {
  return (
    <nav aria-label={TEXT.contents}>
      <details id="contents">
        <summary>{TEXT.contents}</summary>
        <div id="finder" hidden>
          <label for="filter">{TEXT.filter}</label>
          <input id="filter" type="search" autocomplete="off" data-none={TEXT.found} />
          <p id="found" role="status"></p>
        </div>
        <ul>
          {tags.map(({ name, operations }) => (
            <li>
              <a href={`#${tagAnchor(name)}`}>{name}</a>
              <ul>
                {operations.map(({ id, method, path, operation }) => (
                  <li data-find={`${method} ${path} ${id} ${operation.summary} ${name}`.toLowerCase()}>
                    <a href={`#${id}`}>
                      <Verb method={method} /> {operation.summary}
                    </a>
                  </li>
                ))}
              </ul>
            </li>
          ))}
          <li>
            <a href="#schemas">{TEXT.schemas}</a>
          </li>
          <li>
            <a href="#errors">{TEXT.problems}</a>
          </li>
        </ul>
      </details>
    </nav>
  );
}

function Schemas({ document }: { document: Document }) {
  return (
    <>
      <h2 id="schemas">{TEXT.schemas}</h2>
      {Object.entries(document.components.schemas).map(([name, schema]) => (
        <section id={schemaAnchor(name)} aria-labelledby={`${schemaAnchor(name)}-title`}>
          <h3 id={`${schemaAnchor(name)}-title`}>{name}</h3>
          <Shape schema={schema} isInput={schema.additionalProperties === false} />
        </section>
      ))}
    </>
  );
}

/** Problem documents link here: the anchor of an error is its code. */
function Errors() {
  return (
    <>
      <h2 id="errors">{TEXT.problems}</h2>
      <p>
        {TEXT.problemsText} <a href={`#${schemaAnchor('Problem')}`}>Problem</a>
      </p>
      <ul class="fields">
        {Object.entries(PROBLEMS).map(([code, [status, title, retryAfter]]) => (
          <li id={code}>
            <code class="name">{code}</code>{' '}
            <span class="type">
              {status}
              {retryAfter !== undefined && ` · ${TEXT.problemsMore}`}
            </span>
            <p>{title}.</p>
          </li>
        ))}
      </ul>
    </>
  );
}
