import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

/** The claims of a section: its bullets. */
function claims(title: string): string[] {
  const [, section = ''] = new RegExp(`^## ${title}\\n(.*?)(?=^## |$(?![^]))`, 'ms').exec(text) ?? [];
  return section.split('\n').filter((line) => line.startsWith('- '));
}

test.each(['Attackers and defences', 'How it is verified'])('every claim of "%s" names a test', (title) => {
  expect(claims(title).length).toBeGreaterThan(3);
  for (const claim of claims(title)) expect(claim).toMatch(/\]\(test\/[\w/.-]+\.test\.ts\)\)$/);
});

test('every test that is named is there', () => {
  const named = [...text.matchAll(/\]\((test\/[^)]+)\)/g)].map((match) => match[1]!);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
