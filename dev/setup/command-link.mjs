// `npx evergrant` in a clone: npm links a package's command only for those who install it, not for itself. As a `bin` of
// `package.json` npx would find it, too, and read every installed package first, which takes a second.
import { chmodSync, existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = '../../cli/evergrant.js';

export function linkCommand(root) {
  const link = join(root, 'node_modules', '.bin', 'evergrant');
  if (linkTarget(link) !== TARGET) {
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(TARGET, link);
  }
  // An archive or a file share may have lost the executable bit that git keeps.
  const command = join(root, 'cli', 'evergrant.js');
  if (existsSync(command)) chmodSync(command, 0o755);
}

function linkTarget(link) {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) linkCommand(process.cwd());
