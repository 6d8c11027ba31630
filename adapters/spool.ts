import { mkdirSync } from 'node:fs';
import { open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Secret } from '../core/access/secret';
import { type Sealer } from './encryption/sealer';
import { type Integration } from './postgres/integrations/integration-row';
import { tokenContext } from './postgres/tokens/token-versions';

/** What a refresh answered, and the row that it was requested for. Instants are epoch ms. */
export interface Answer {
  row: Pick<Integration, 'id' | 'provider' | 'grantNo' | 'version' | 'lastVersion'>;
  token: Secret;
  issuedAt: number;
  expiresAt: number;
  refreshAt: number;
  lifetimeClamped: boolean;
}

/**
 * Sealed copies of answers that the database could not store yet, one file each, in a directory that outlives the
 * process. Any worker that finds one at its start stores it.
 */
export interface Spool {
  write(sealer: Sealer, answer: Answer): Promise<void>;
  /** @param onUnreadable a file that is damaged, or whose key is missing: it is kept */
  read(sealer: Sealer, onUnreadable: (file: string, error: unknown) => void): Promise<Answer[]>;
  remove(answer: Answer): Promise<void>;
}

const count = z.number().int().nonnegative();
const content = z.object({
  row: z.object({ id: z.string(), provider: z.string(), grantNo: count, version: count, lastVersion: count }),
  issuedAt: z.number(),
  expiresAt: z.number(),
  refreshAt: z.number(),
  lifetimeClamped: z.boolean(),
  keyId: z.string(),
  sealed: z.base64(),
});

/** @param folder created when missing, for this user alone */
export function openSpool(folder: string): Spool {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = ({ row }: Answer) => join(folder, `${row.id}.${row.grantNo}.${row.version}.json`);
  return {
    async write(sealer, { token, row, ...life }) {
      const { id, provider, grantNo, version, lastVersion } = row;
      const { sealed, keyId } = await sealer.seal(token, tokenContext(row, lastVersion + 1));
      const text = JSON.stringify({
        row: { id, provider, grantNo, version, lastVersion },
        ...life,
        keyId,
        sealed: sealed.toString('base64'),
      } satisfies z.infer<typeof content>);
      const file = fileOf({ token, row, ...life });
      await writeDurably(`${file}.part`, text);
      await rename(`${file}.part`, file);
    },
    async read(sealer, onUnreadable) {
      const answers: Answer[] = [];
      for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json')).sort())
        await readAnswer(sealer, join(folder, name)).then(
          (answer) => answers.push(answer),
          (error: unknown) => onUnreadable(name, error),
        );
      return answers;
    },
    remove: (answer) => rm(fileOf(answer), { force: true }),
  };
}

async function readAnswer(sealer: Sealer, file: string): Promise<Answer> {
  const { sealed, keyId, row, ...life } = content.parse(JSON.parse(await readFile(file, 'utf8')));
  const stored = { sealed: Buffer.from(sealed, 'base64'), keyId };
  return { row, ...life, token: await sealer.open(stored, tokenContext(row, row.lastVersion + 1)) };
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
