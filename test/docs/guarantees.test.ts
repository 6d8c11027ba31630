import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(__dirname, '..', '..', 'docs');
const text = readFileSync(join(docs, 'guarantees.md'), 'utf8');
const links = [...text.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)].map(([, name, file]) => ({
  name: name!,
  file: file!,
}));

test('every guarantee names a test that exists', () => {
  expect(links.length).toBeGreaterThan(50);
  const missing = links.filter(
    ({ name, file }) => !readFileSync(join(docs, file), 'utf8').replaceAll("\\'", "'").includes(name),
  );
  expect(missing).toEqual([]);
});

test('every row of a table has its test, and the faults are numbered without a gap', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('|') && !/^\|(---| promise| # )/.test(line));
  expect(rows.filter((row) => !row.includes('](../test/'))).toEqual([]);
  const numbers = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, n]) => Number(n));
  expect(numbers).toEqual(Array.from({ length: 36 }, (_, n) => n + 1));
});
