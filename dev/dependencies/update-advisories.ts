import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchAdvisories } from './fetch-advisories';
import { type KnownAdvisories, shipped } from './known-advisories';

const ROOT = join(__dirname, '..', '..');
const FILE = join(__dirname, 'known-advisories.json');
const OSV = 'https://api.osv.dev/v1/querybatch';

/** `npm run advisories`: asks for advisories of every package that production ships, and keeps the answer. */
async function update(): Promise<void> {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; dev?: boolean }>;
  };
  const names = shipped(lock.packages);
  const known: KnownAdvisories = {
    askedAt: new Date().toISOString().slice(0, 10),
    packages: await fetchAdvisories(names, OSV),
  };
  writeFileSync(FILE, `${JSON.stringify(known, null, 2)}\n`);
  const found = Object.values(known.packages).flat().length;
  console.log(
    `${names.length} packages, ${found} advisories. Run npm run check to see what is not accepted.`,
  );
}

update().catch((error: Error) => {
  console.error(`The advisories could not be fetched: ${error.message}`);
  process.exitCode = 1;
});
