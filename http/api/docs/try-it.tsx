import { TRY_TEXT as TEXT, questionOf } from '../../../core/text/api-docs';
import { type Described, type Parameter, type Schema } from './document';
import { exampleOf } from './example';

/** A form that `docs.js` sends. Without it there is none to see. */
export function TryIt({ of, schemas }: { of: Described; schemas: Record<string, Schema> }) {
  const { id, method, path, operation } = of;
  const { parameters = [], requestBody } = operation;
  const body = requestBody?.content['application/json']?.schema;
  return (
    <details class="try" hidden>
      <summary>{TEXT.title}</summary>
      <form data-method={method} data-path={path} data-ask={questionOf(id, method)} autocomplete="off">
        {parameters.map((parameter) => (
          <Input id={`try-${id}-${parameter.name}`} parameter={parameter} schemas={schemas} />
        ))}
        {body && (
          <>
            <label for={`try-${id}-body`}>{TEXT.body}</label>
            <textarea
              id={`try-${id}-body`}
              data-in="body"
              rows={6}
              spellcheck={false}
              required={requestBody.required}
            >
              {requestBody.required ? JSON.stringify(exampleOf(body, schemas, 'required'), null, 2) : ''}
            </textarea>
          </>
        )}
        <button type="submit">{TEXT.send}</button>
        <p class="result" role="status"></p>
        <pre tabindex={0} aria-label={TEXT.answer(id)} hidden></pre>
      </form>
    </details>
  );
}

function Input(props: { id: string; parameter: Parameter; schemas: Record<string, Schema> }) {
  const { id, parameter, schemas } = props;
  const { name, required = false, schema = {} } = parameter;
  const field = { id, 'data-in': parameter.in, 'data-name': name, required };
  return (
    <>
      <label for={id}>{name}</label>
      {schema.enum ? (
        <select {...field}>
          {!required && <option value="">{TEXT.unset}</option>}
          {schema.enum.map((value) => (
            <option>{String(value)}</option>
          ))}
        </select>
      ) : (
        <input {...field} placeholder={String(exampleOf(schema, schemas))} spellcheck={false} />
      )}
    </>
  );
}

/** Where the key is typed. */
export function KeyField() {
  return (
    <div class="key" hidden>
      <label for="key">{TEXT.key}</label>
      <input
        id="key"
        type="password"
        autocomplete="off"
        spellcheck={false}
        aria-describedby="key-note"
        data-no-key={TEXT.noKey}
        data-bad-json={TEXT.badJson}
        data-no-answer={TEXT.noAnswer}
        data-sending={TEXT.sending}
      />
      <p id="key-note">{TEXT.keyNote}</p>
    </div>
  );
}
