import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..', '..');
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'docs/api-keys.md',
  'docs/callbacks.md',
  'docs/cli.md',
  'docs/configuration.md',
  'docs/console.md',
  'docs/errors.md',
  'docs/notices.md',
  'docs/operations.md',
  'docs/original-plan.md',
  'docs/temporal.md',
  'docs/webhooks.md',
  'examples/supabase/README.md',
  'examples/react/README.md',
  'examples/workflow/README.md',
])('every link of %s leads somewhere', (page) => {
  const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to!);
  expect(links.length).toBeGreaterThan(1);
  const broken = links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, file))) return true;
    if (anchor === undefined) return false;
    const headings = readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.*)$/gm);
    return ![...headings].some(([, heading]) => slug(heading!) === anchor);
  });
  expect(broken).toEqual([]);
});
