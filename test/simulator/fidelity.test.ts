import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const table = readFileSync(join(__dirname, '../../simulator/fidelity.md'), 'utf8');
const rows = table
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| ?(behaviour|-)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
const GRADES =
  /^(DOC|OBS|FIX|INF|guess|made to order|(narrower|softer) than Instagram|OBS elsewhere|OBS on \w+|text a guess|words a guess|status a guess|text and status a guess)$/;

test.each(rows)('%s', (_, grade = '', tests = '') => {
  for (const part of grade.split(', ')) expect(part).toMatch(GRADES);
  let text = '';
  for (const mention of tests.split(/; /)) {
    const [, file, name = ''] = /^(?:([\w-]+)(?:: |$))?(.*)$/.exec(mention) ?? [];
    if (file !== undefined) {
      const path = join(__dirname, `${file}.test.ts`);
      expect([path, existsSync(path)]).toEqual([path, true]);
      text = readFileSync(path, 'utf8');
    }
    // "…" stands for whatever a name goes on with.
    for (const piece of name.split('…')) expect(text).toContain(piece.trim());
  }
});
