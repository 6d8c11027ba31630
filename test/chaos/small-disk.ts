import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { clusterUser, giveTo } from '../../dev/postgres/privileges';
import { type EmbeddedPostgres } from '../../dev/postgres/embedded-postgres';

const SIZE_MIB = 256;
const CHUNK_BYTES = 4_096;

/** A volume of its own for the tables of one database, small enough to be filled. The write-ahead log is elsewhere. */
export interface SmallDisk {
  fill(): void;
  free(): void;
  unmount(): void;
}

/** @throws without the right to mount (Linux, root) */
export async function moveToSmallDisk(
  folder: string,
  postgres: EmbeddedPostgres,
  database: string,
): Promise<SmallDisk> {
  const mountPoint = join(folder, 'small-disk');
  const tables = join(mountPoint, 'tables');
  const filler = join(mountPoint, 'filler');
  mkdirSync(mountPoint);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', mountPoint]);
  mkdirSync(tables);
  giveTo(clusterUser(join(folder, 'postgres')), tables);
  const admin = new Client(postgres.url('postgres'));
  await admin.connect();
  const name = (text: string) => admin.escapeIdentifier(text);
  await admin.query(`create tablespace small_disk location ${admin.escapeLiteral(tables)}`);
  await admin.query(`alter database ${name(database)} set tablespace small_disk`);
  await admin.end();
  return {
    fill: () => writeUntilFull(filler),
    free: () => rmSync(filler),
    unmount: () => void execFileSync('umount', ['--lazy', mountPoint]),
  };
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(CHUNK_BYTES, 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
