import { type Integration } from '../../adapters/postgres/integrations/integration-row';

type Cell = string | number | boolean | null;

/** Named as `import` reads them, as far as it does. */
export const COLUMNS = {
  id: (row) => row.id,
  owner_ref: (row) => row.ownerRef,
  external_id: (row) => row.externalId,
  email: (row) => row.contactEmail,
  account_id: (row) => row.accountId,
  username: (row) => row.username,
  state: (row) => row.state,
  reason: (row) => row.reason,
  paused: (row) => row.paused,
  scopes: (row) => row.scopes.join(' '),
  token_version: (row) => row.version,
  issued_at: (row) => iso(row.issuedAt),
  expires_at: (row) => iso(row.expiresAt),
  refresh_at: (row) => iso(row.refreshAt),
  created_at: (row) => iso(row.createdAt),
} as const satisfies Record<string, (row: Integration) => Cell>;

export function cellsOf(row: Integration): Record<string, Cell> {
  return Object.fromEntries(Object.entries(COLUMNS).map(([name, cell]) => [name, cell(row)]));
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
