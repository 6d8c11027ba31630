import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type KeyRing, keyRingText, parseKeyRing } from './key-ring';

const OWNER_ONLY = 0o600;

/** @throws KeyRingError, or what the file system says */
export async function readRingFile(file: string): Promise<KeyRing> {
  return parseKeyRing(await readFile(file, 'utf8'));
}

/**
 * Puts a ring in place of a key file's, keeping owner and mode. A reader sees the old ring or the new one,
 * also after a power failure.
 */
export async function replaceRingFile(name: string, ring: KeyRing): Promise<void> {
  const file = await realpath(name);
  const { mode, uid, gid } = await stat(file);
  const draft = `${file}.${randomUUID()}`;
  try {
    await write(draft, ring, async (handle) => {
      const made = await handle.stat();
      if (made.uid !== uid || made.gid !== gid) await handle.chown(uid, gid);
      await handle.chmod(mode & 0o7777);
    });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(file);
}

/** Writes a ring to a new file that only its owner can read. @throws EEXIST rather than to lose another ring */
export async function createRingFile(file: string, ring: KeyRing): Promise<void> {
  await write(file, ring);
  await syncFolder(file);
}

async function write(
  file: string,
  ring: KeyRing,
  prepare: (handle: FileHandle) => Promise<void> = async () => undefined,
): Promise<void> {
  const handle = await open(file, 'wx', OWNER_ONLY);
  try {
    await handle.writeFile(`${keyRingText(ring)}\n`);
    await prepare(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new name lasts once its folder is on disk. */
async function syncFolder(file: string): Promise<void> {
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}
