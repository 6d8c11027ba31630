/** What must not be found anywhere, and what it is. */
export interface Secret {
  kind:
    | 'token'
    | 'code'
    | 'state'
    | 'setting'
    | 'api key'
    | 'cookie'
    | 'link'
    | 'embed token'
    | 'text'
    | 'e-mail'
    | 'person';
  value: string;
}

/** Of long ones every part of this length counts, too: half a token helps to find the rest. */
const PART = 24;
/** What is shorter could be found by chance. */
const SHORTEST_PATTERN = 8;

/** How a secret looks where somebody wrote it down: as it is, or as programs write such things. */
export function patternsOf({ value }: Secret): string[] {
  const parts = value.length > 2 * PART ? [value.slice(0, PART), value.slice(-PART)] : [value];
  const all = parts.flatMap((part) => [
    part,
    ...escapes(part),
    ...[part, ...escapes(part)].map((text) => Buffer.from(text).toString('hex')),
    ...[0, 1, 2].flatMap((offset) => base64(part, offset)),
  ]);
  const both = all.flatMap((text) => (/^[0-9a-f]+$/.test(text) ? [text, text.toUpperCase()] : [text]));
  return [...new Set(both)].filter((text) => text.length >= SHORTEST_PATTERN && !text.includes('\n'));
}

function escapes(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const html = text.replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign);
  const url = encodeURIComponent(text);
  const form = new URLSearchParams({ x: text }).toString().slice(2);
  return [
    json,
    ascii,
    JSON.stringify(json).slice(1, -1),
    JSON.stringify(ascii).slice(1, -1),
    html,
    url,
    form,
    encodeURIComponent(url),
  ];
}

const HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The characters of base64 that a text makes when it stands `offset` bytes after a multiple of three. */
function base64(text: string, offset: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const certain = bytes
    .toString('base64')
    .slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
  return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')];
}
