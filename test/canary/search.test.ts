import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '../support/temporary-folder';
import { type Secret } from './patterns';
import { createSearch } from './search';

const TOKEN: Secret = { kind: 'token', value: 'IGAAXk3Yz9+QpW/e7Rt1Uv5Bn8Mc2Lo6Fd0Sa4Hj' };
const TEXT: Secret = { kind: 'text', value: 'Ärger & "Käse" <für> 12 €' };

function hitsIn(content: string | Buffer): string[] {
  const folder = temporaryFolder();
  const file = join(folder, 'place');
  writeFileSync(file, content);
  return createSearch([TOKEN, TEXT], folder)([file]).map(({ kind }) => kind);
}

const jsonAscii = (text: string) =>
  JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const WAYS: Record<string, (text: string) => string | Buffer> = {
  'as it is': (text) => text,
  'in a line of JSON': (text) => JSON.stringify({ msg: text }),
  'in JSON inside JSON': (text) => JSON.stringify({ body: JSON.stringify({ text }) }),
  'in JSON of ASCII alone': jsonAscii,
  'in an address': (text) => `https://x.example/?access_token=${encodeURIComponent(text)}&y=1`,
  'in an address inside an address': (text) => encodeURIComponent(`?t=${encodeURIComponent(text)}`),
  'in a form': (text) => new URLSearchParams({ text }).toString(),
  'in HTML': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'in hex': (text) => `\\x${Buffer.from(text).toString('hex')}`,
  'in upper-case hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64, one byte on': (text) => Buffer.from(`x${text}x`).toString('base64'),
  'in base64, two bytes on': (text) => Buffer.from(`xy${text}xy`).toString('base64'),
  'in base64url': (text) => Buffer.from(`${text}x`).toString('base64url'),
  'between bytes that are no text': (text) =>
    Buffer.concat([Buffer.from([0, 255, 10, 0]), Buffer.from(text), Buffer.from([0, 200])]),
  'in gzip': (text) => gzipSync(text),
  'in gzip in the middle of something': (text) =>
    Buffer.concat([Buffer.from('head'), gzipSync(`a ${text} b`), Buffer.from('tail')]),
  'in gzip that was cut': (text) => gzipSync(`${text}${'-'.repeat(5_000)}${Math.PI}`).subarray(0, -9),
};

test.each(Object.entries(WAYS))('finds what is written %s', (_, write) => {
  expect(hitsIn(write(TOKEN.value))).toContain('token');
  expect(hitsIn(write(TEXT.value))).toContain('text');
});

test('finds half of a long token', () => {
  const long: Secret = { kind: 'token', value: `${TOKEN.value}${TOKEN.value.toLowerCase()}` };
  const folder = temporaryFolder();
  const file = join(folder, 'place');
  writeFileSync(file, `token=${long.value.slice(0, 40)}…`);
  expect(createSearch([long], folder)([file])).toHaveLength(1);
});

test('finds nothing where there is nothing, and says where it found something', () => {
  expect(hitsIn('IGAA is how tokens begin, and Käse is Käse')).toEqual([]);
  const folder = temporaryFolder();
  const file = join(folder, 'place');
  writeFileSync(file, `0123456789${TOKEN.value}`);
  expect(createSearch([TOKEN], folder)([file])).toEqual([{ kind: 'token', offset: 10, compressed: false }]);
});
