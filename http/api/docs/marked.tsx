import { isCode } from './errors';

/** Text with `code`. @param props.errors whether error codes are meant, and lead to their description */
export function Marked({ text, errors = false }: { text: string; errors?: boolean }) {
  return (
    <>
      {text.split('`').map((part, at) => {
        if (at % 2 === 0) return part;
        const code = <code>{part}</code>;
        return errors && isCode(part) ? <a href={`#${part}`}>{code}</a> : code;
      })}
    </>
  );
}

// Operations have their ID and errors their code as anchor: the others must not be taken for one.
export const schemaAnchor = (name: string) => `schema-${name}`;
export const tagAnchor = (tag: string) => `tag-${tag.toLowerCase().replaceAll(' ', '-')}`;

/** Something to copy. It scrolls, so the keyboard has to reach it. */
export function Sample({ label, text }: { label: string; text: string }) {
  return (
    <pre tabindex={0} aria-label={label}>
      {text}
    </pre>
  );
}
