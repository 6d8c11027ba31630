import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROBLEMS } from '../../http/problems';

test('docs/errors.md has exactly the problems that the API knows, each with its status', () => {
  const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| .+ \| .+ \|$/gm)].map(([, code, status]) => `${code} ${status}`);
  expect(rows).toEqual(Object.entries(PROBLEMS).map(([code, [status]]) => `${code} ${status}`));
});
