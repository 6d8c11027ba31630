import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..');
const FOLDER = path.join(ROOT, '.cache');
const PREFIX = 'workflow-bundle-';
/** All that a bundle is made of: workflows import only `core/`, and the lock file names the SDK's version. */
const SOURCES = ['workflows', 'core'];

/** A bundle of the sources as they are now, kept by their checksum: making one takes two seconds. */
export async function cachedBundle(build: () => Promise<{ code: string }>): Promise<{ code: string }> {
  const file = path.join(FOLDER, `${PREFIX}${checksum()}.js`);
  const kept = readIfThere(file);
  if (kept !== null) return { code: kept };
  const { code } = await build();
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER))
    if (name.startsWith(PREFIX)) rmSync(path.join(FOLDER, name), { force: true });
  // Other processes may read it at any time, and must never see a part of it.
  const part = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(part, code);
  renameSync(part, file);
  return { code };
}

function checksum(): string {
  const namesIn = (folder: string) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => `${folder}/${name}`);
  const hash = createHash('sha256');
  for (const name of [...SOURCES.flatMap(namesIn), 'package-lock.json'])
    hash.update(`${name}\n`).update(readFileSync(path.join(ROOT, name)));
  return hash.digest('hex');
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
