import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, inflateRawSync } from 'node:zlib';
import { type Secret, patternsOf } from './patterns';

export interface Hit {
  kind: Secret['kind'];
  /** Bytes from the beginning. */
  offset: number;
  /** Whether it stood in something compressed. */
  compressed: boolean;
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

/** Finds secrets in files of any kind, however they are written there. */
export function createSearch(secrets: readonly Secret[], folder: string) {
  const kinds = new Map<string, Secret['kind']>();
  for (const secret of secrets) for (const pattern of patternsOf(secret)) kinds.set(pattern, secret.kind);
  const patternFile = join(folder, 'patterns');
  writeFileSync(patternFile, `${[...kinds.keys()].join('\n')}\n`, { mode: 0o600 });
  let unpacked = 0;

  /** Of all files at once: building the search out of thousands of patterns takes longer than most files. */
  function inFiles(names: readonly string[], compressed: boolean): Hit[] {
    if (names.length === 0) return [];
    const { status, stdout, stderr } = spawnSync('grep', ['-aobFhf', patternFile, '--', ...names], {
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0 && status !== 1) throw new Error(`grep failed: ${stderr.toString()}`);
    return stdout
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const [, offset, found] = /^(\d+):(.*)$/s.exec(line) ?? [];
        const kind = found === undefined ? undefined : kinds.get(found);
        return kind ? [{ kind, offset: Number(offset), compressed }] : [];
      });
  }

  /** What is compressed in a file, at any place. */
  function membersOf(file: string): string[] {
    const bytes = readFileSync(file);
    const members = [];
    for (let at = bytes.indexOf(GZIP); at !== -1; at = bytes.indexOf(GZIP, at + 1)) {
      const content = unpack(bytes.subarray(at));
      if (!content || content.length === 0) continue;
      const member = join(folder, `unpacked-${unpacked++}`);
      writeFileSync(member, content, { mode: 0o600 });
      members.push(member);
    }
    return members;
  }

  return (files: readonly string[]): Hit[] => [
    ...inFiles(files, false),
    ...inFiles(files.flatMap(membersOf), true),
  ];
}

/** As much of it as there is: it may have been cut, or something else may follow. */
function unpack(bytes: Buffer): Buffer | null {
  try {
    return inflateRawSync(bytes.subarray(headerLength(bytes)), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 64 * 1024 * 1024,
    });
  } catch {
    return null;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc1952#section-2.3 */
function headerLength(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  let length = 10;
  if (flags & 4) length += 2 + bytes.readUInt16LE(length);
  for (const text of [8, 16]) if (flags & text) length = bytes.indexOf(0, length) + 1;
  return flags & 2 ? length + 2 : length;
}
