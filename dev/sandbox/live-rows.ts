import { type Pool } from 'pg';
import { type Integration, integrationOf } from '../../adapters/postgres/integrations/integration-row';

/** The connections that have a lifecycle, as their rows are now. */
export interface LiveRows {
  /** In the order of their ids. */
  live(): Promise<Integration[]>;
}

/**
 * Reads again only what has changed: a journey of sixty days with hundreds of connections asks for all of them hundreds
 * of times.
 * @see https://www.postgresql.org/docs/current/ddl-system-columns.html for xmin, which names a row's last change
 */
export function createLiveRows(pool: Pool): LiveRows {
  let known = new Map<string, { change: string; row: Integration }>();
  return {
    async live() {
      const { rows: found } = await pool.query<{ id: string; change: string }>(
        `select id, xmin::text as change from integrations where state not in ('pending', 'disconnected') order by id`,
      );
      const stale = found.filter(({ id, change }) => known.get(id)?.change !== change).map(({ id }) => id);
      const fresh = new Map<string, { change: string; row: Integration }>();
      if (stale.length > 0) {
        const { rows } = await pool.query<{ id: string; change: string }>(
          'select *, xmin::text as change from integrations where id = any ($1)',
          [stale],
        );
        for (const row of rows) fresh.set(row.id, { change: row.change, row: integrationOf(row) });
      }
      known = new Map(
        found.flatMap(({ id }) => {
          const entry = fresh.get(id) ?? known.get(id);
          return entry ? [[id, entry] as const] : [];
        }),
      );
      return [...known.values()].map(({ row }) => row);
    },
  };
}
