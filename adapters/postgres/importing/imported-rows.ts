import { USABLE_STATES } from '../../../core/lifecycle/states';
import { type Db } from '../pool';

export interface ImportedRow {
  /** Of the row's token and owner. */
  digest: Buffer;
  integrationId: string;
  /** A digest of where the row came from. */
  source: Buffer;
  rowNumber: number;
}

/** Notes that a row is taken over. Call in the transaction that stores its token. */
export async function addImportedRow(db: Db, row: ImportedRow, now: number): Promise<void> {
  await db.query(
    `insert into imported_rows as r (digest, integration_id, source, row_number, imported_at)
     values ($1, $2, $3, $4, $5)
     on conflict (digest) do update set integration_id = excluded.integration_id, source = excluded.source,
       row_number = excluded.row_number, imported_at = excluded.imported_at`,
    [row.digest, row.integrationId, row.source, row.rowNumber, new Date(now)],
  );
}

/** Those of these rows whose connection works, by the digest in hex. */
export async function findImportedRows(
  db: Db,
  digests: readonly Buffer[],
): Promise<Map<string, ImportedRow>> {
  const { rows } = await db.query<Row>(
    `select r.* from imported_rows r join integrations i on i.id = r.integration_id
     where digest = any ($1) and i.state = any ($2)`,
    [digests, USABLE_STATES],
  );
  return new Map(rows.map((row) => [row.digest.toString('hex'), importedRowOf(row)]));
}

/** The first other row of a source by which the same connection was taken over; null: there is none. */
export async function otherRowOf(
  db: Db,
  { integrationId, source, rowNumber }: Omit<ImportedRow, 'digest'>,
): Promise<number | null> {
  const { rows } = await db.query<Pick<Row, 'row_number'>>(
    `select row_number from imported_rows where integration_id = $1 and source = $2 and row_number <> $3
     order by row_number limit 1`,
    [integrationId, source, rowNumber],
  );
  return rows[0] ? Number(rows[0].row_number) : null;
}

interface Row {
  digest: Buffer;
  integration_id: string;
  source: Buffer;
  row_number: string;
}

function importedRowOf(row: Row): ImportedRow {
  return {
    digest: row.digest,
    integrationId: row.integration_id,
    source: row.source,
    rowNumber: Number(row.row_number),
  };
}
