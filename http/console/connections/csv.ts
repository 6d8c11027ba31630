import { type Context } from 'hono';
import { stream } from 'hono/streaming';
import { stringify } from 'csv-stringify/sync';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { MAX_COUNT, connectionRows } from '../../../adapters/postgres/fleet/connection-list';
import { type HttpDeps } from '../../deps';
import { type ConsoleEnv } from '../session';
import { zoneOf } from '../zone';
import { type Filters, filterOf, sortingOf } from './filters';

const PORTION = 1_000;

const COLUMNS = {
  id: (row) => row.id,
  account: (row) => row.username,
  account_id: (row) => row.accountId,
  state: (row) => row.state,
  reason: (row) => row.reason,
  paused: (row) => String(row.paused),
  expires_at: (row) => iso(row.expiresAt),
  refresh_at: (row) => iso(row.refreshAt),
  failed_attempts: (row) => String(row.failedAttempts),
  owner_ref: (row) => row.ownerRef,
  external_id: (row) => row.externalId,
  created_at: (row) => iso(row.createdAt),
} as const satisfies Record<string, (row: Integration) => string | null>;

/** What the list shows, all of its pages, as CSV. Cells that spreadsheets would run as formulas are escaped. */
export function connectionsCsv(
  { pool, clock }: Pick<HttpDeps, 'pool' | 'clock'>,
  c: Context<ConsoleEnv>,
  filters: Filters,
): Response {
  const { ownerRefs } = c.get('user');
  const filter = filterOf(filters, { ownerRefs, zone: zoneOf(c) ?? 'UTC', now: clock.now() });
  c.header('content-type', 'text/csv; charset=utf-8');
  c.header('content-disposition', 'attachment; filename="connections.csv"');
  return stream(c, async (out) => {
    await out.write(stringify([Object.keys(COLUMNS)]));
    for (let offset = 0; offset < MAX_COUNT; offset += PORTION) {
      const rows = await connectionRows(pool, filter, sortingOf(filters), { offset, limit: PORTION });
      const lines = rows.map((row) => Object.values(COLUMNS).map((cell) => cell(row)));
      await out.write(stringify(lines, { escape_formulas: true }));
      if (rows.length < PORTION) return;
    }
  });
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
