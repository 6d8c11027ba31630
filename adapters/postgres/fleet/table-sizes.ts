import { DAY_MS } from '../../../core/time';
import { type Db } from '../pool';

/** Growth is that of the last days, as far as there are samples. */
const GROWTH_OVER_DAYS = 7;

export interface TableSize {
  name: string;
  /** An estimate of PostgreSQL's. */
  rows: number;
  /** With its indexes. */
  bytes: number;
  /** Per day, over the last seven days; null: there is no sample of an earlier day yet. */
  rowsPerDay: number | null;
  bytesPerDay: number | null;
}

/** SQL: every table of ours, without reading any. A table that was never analyzed has only the running statistics. */
const NOW = `
  select c.relname as name, pg_total_relation_size(c.oid) as bytes,
    case when c.reltuples > 0 then c.reltuples::bigint else coalesce(s.n_live_tup, 0) end as rows
  from pg_class c left join pg_stat_all_tables s on s.relid = c.oid
  where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'`;

/** Notes the sizes of today, once a day. */
export async function sampleTableSizes(db: Db, now: number): Promise<void> {
  await db.query(
    `insert into table_sizes (day, name, rows, bytes)
     select ($1::timestamptz at time zone 'utc')::date, name, rows, bytes from (${NOW}) sizes
     where not exists (select 1 from table_sizes where day = ($1::timestamptz at time zone 'utc')::date)
     on conflict do nothing`,
    [new Date(now)],
  );
}

/** The tables, the largest first. */
export async function tableSizes(db: Db, now: number): Promise<TableSize[]> {
  const { rows } = await db.query<{
    name: string;
    rows: string;
    bytes: string;
    rows_then: string | null;
    bytes_then: string | null;
    day: Date | null;
  }>(
    `select sizes.*, before.rows as rows_then, before.bytes as bytes_then, before.day::timestamp at time zone 'utc' as day
     from (${NOW}) sizes left join lateral (
       select * from table_sizes t
       where t.name = sizes.name and day >= ($1::timestamptz at time zone 'utc')::date - $2::int
         and day < ($1::timestamptz at time zone 'utc')::date
       order by day limit 1
     ) before on true
     order by sizes.bytes desc, sizes.name`,
    [new Date(now), GROWTH_OVER_DAYS],
  );
  return rows.map(({ name, day, ...row }) => {
    // A sample is taken by the first audit of its day.
    const days = day && Math.max(1, Math.floor((now - day.getTime()) / DAY_MS));
    const perDay = (current: string, then: string | null) =>
      days === null || then === null ? null : Math.round((Number(current) - Number(then)) / days);
    return {
      name,
      rows: Number(row.rows),
      bytes: Number(row.bytes),
      rowsPerDay: perDay(row.rows, row.rows_then),
      bytesPerDay: perDay(row.bytes, row.bytes_then),
    };
  });
}
