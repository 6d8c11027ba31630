import { closeSync, openSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { type Pool } from 'pg';
import { loadSettings } from '../../adapters/config';
import { DecryptFailed, type Sealer, createSealer } from '../../adapters/encryption/sealer';
import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Position, listIntegrations } from '../../adapters/postgres/integrations/integrations';
import { findWithCurrent } from '../../adapters/postgres/tokens/open-token';
import { addTokenUses } from '../../adapters/postgres/tokens/token-uses';
import { MINUTE_MS } from '../../core/time';
import { openUsable } from '../../services/usable-token';
import { clockOf } from '../clock';
import { withLocalSimulator } from '../doctor/provider';
import { Failure, UsageError } from '../failures';
import { withKeys } from '../keys/open';
import { confirm } from '../output/confirm';
import { type Io } from '../output/io';
import { note } from '../output/output';
import { withProgress } from '../output/progress';
import { cliActor } from '../user';
import { COLUMNS, cellsOf } from './columns';
import { exportingKey } from './key';

const PAGE = 500;
/** Tokens that are opened at a time. */
const LANES = 8;
const ALL = {
  state: null,
  ownerRef: null,
  ownerRefs: null,
  externalId: null,
  accountId: null,
  reason: null,
  expiringBefore: null,
};

export interface ExportOptions {
  format: 'csv' | 'jsonl' | null;
  /** null: standard output. */
  output: string | null;
  withTokens: boolean;
  isSure: boolean;
}

/** Writes every connection, oldest first, a page at a time. */
export async function runExport(io: Io, options: ExportOptions): Promise<void> {
  if (options.withTokens && options.output === null && io.out.isTTY)
    throw new UsageError('Tokens are not shown on a terminal. Give --output <file>.');
  const { INSTAGRAM_GRAPH_URL } = loadSettings(withLocalSimulator(io.env));
  const clock = await clockOf(INSTAGRAM_GRAPH_URL);
  await withKeys(io, async ({ pool, ring, checks }) => {
    const keyId = options.withTokens ? await beginWithTokens(io, pool, clock.now(), options.isSure) : null;
    const sealer = createSealer(ring, { checks });
    const out = openOutput(io, options);
    const counts = { rows: 0, without: 0 };
    try {
      await withProgress(
        io,
        () => `Exporting: ${counts.rows} rows`,
        async () => {
          for await (const page of pages(pool)) {
            const rows =
              keyId === null
                ? page.map(cellsOf)
                : await withTokens({ pool, sealer, now: clock.now() }, keyId, page);
            out.add(rows);
            counts.rows += rows.length;
            counts.without += page.length - rows.length;
          }
        },
      );
    } finally {
      out.close();
    }
    note(io, `${counts.rows} ${counts.rows === 1 ? 'connection' : 'connections'} exported.`);
    if (counts.without > 0)
      note(
        io,
        `${counts.without} without a usable token (pending, in doubt, expired or disconnected) left out.`,
      );
  });
}

/** Who exports tokens is checked, asked and recorded before the first one is opened. */
async function beginWithTokens(io: Io, pool: Pool, now: number, isSure: boolean): Promise<string> {
  const keyId = await exportingKey(io, pool, now);
  if (!isSure)
    await confirm(
      io,
      'Export the access tokens of all connections in plain text? Whoever has them can act for the accounts.',
    );
  await addAuditEntry(pool, cliActor(), { action: 'token.export', target: keyId }, now);
  return keyId;
}

async function* pages(pool: Pool): AsyncGenerator<Integration[]> {
  let after: Position | null = null;
  for (;;) {
    const rows: Integration[] = await listIntegrations(pool, ALL, after, PAGE);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last;
  }
}

/** Those with a usable token, each counted as one use of the key before it is given out. */
async function withTokens(
  { pool, sealer, now }: { pool: Pool; sealer: Sealer; now: number },
  keyId: string,
  page: Integration[],
) {
  const found: ReturnType<typeof cellsOf>[] = [];
  const queue = page.entries();
  const lane = async () => {
    for (const [at, { id }] of queue) {
      const current = await findWithCurrent(pool, id);
      if (!current) continue;
      const token = await openUsable(pool, sealer, current, now).catch(unusable);
      if (token) found[at] = { ...cellsOf(token.integration), access_token: token.token.reveal() };
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const rows = found.filter(Boolean);
  const minute = now - (now % MINUTE_MS);
  await addTokenUses(
    pool,
    rows.map(({ id }) => ({ keyId, integrationId: id as string, minute, uses: 1 })),
  );
  return rows;
}

/** A token that does not open is reported by what opens it, and left out. */
function unusable(error: unknown): null {
  if (error instanceof DecryptFailed || (error as Error).name === 'NoToken') return null;
  throw error;
}

interface Out {
  add(rows: readonly object[]): void;
  close(): void;
}

function openOutput(io: Io, { format, output, withTokens: hasTokens }: ExportOptions): Out {
  const isCsv = format === null ? extname(output ?? '').toLowerCase() === '.csv' : format === 'csv';
  const file = output === null ? null : create(output);
  const write = (text: string) => (file === null ? io.out.write(text) : writeSync(file, text));
  const columns = [...(hasTokens ? ['access_token'] : []), ...Object.keys(COLUMNS)];
  if (isCsv) write(stringify([columns]));
  return {
    add(rows) {
      if (rows.length === 0) return;
      // With tokens it is for `import`, which takes cells as they are; without, for spreadsheets, which run formulas.
      if (isCsv)
        write(stringify([...rows], { columns, escape_formulas: !hasTokens, cast: { boolean: String } }));
      else write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    },
    close: () => file !== null && closeSync(file),
  };
}

function create(name: string): number {
  try {
    return openSync(name, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(
      code === 'EEXIST'
        ? `${name} already exists. It was not overwritten.`
        : `${name} cannot be written (${code}).`,
    );
  }
}
