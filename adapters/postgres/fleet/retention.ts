import {
  type KeptFor,
  type Retention,
  type RetentionKind,
  type TableRetention,
} from '../../../core/fleet/retention-policy';
import { DAY_MS } from '../../../core/time';
import { type Db } from '../pool';

/** A statement deletes no more: it takes some milliseconds, and locks nothing that others wait for. */
const PORTION = 1_000;

/** Rows of a table that may go: whose `age` is before an instant ($1). */
interface Kept {
  table: string;
  age: string;
  /** By which setting; a number: this many days, which is promised elsewhere. */
  days: RetentionKind | number;
  /** SQL, beyond their age. */
  only?: string;
  /** Which rows these are, where a table has others as well. */
  of?: KeptFor['of'];
}

const OF_MESSAGES = `type in ('message.received', 'message.edited', 'message.deleted')`;
/** What is still to be told or delivered stays. */
const IS_TOLD = `relayed_at is not null and not exists (
  select 1 from deliveries d where d.event_id = events.id and d.status = 'waiting')`;

/** One line per kind of row. A large table needs an index that begins with its `age`. */
const KEPT: readonly Kept[] = [
  {
    table: 'events',
    age: 'at',
    days: 'messageEvents',
    only: `${OF_MESSAGES} and ${IS_TOLD}`,
    of: 'message_events',
  },
  { table: 'events', age: 'at', days: 'events', only: `not (${OF_MESSAGES}) and ${IS_TOLD}` },
  { table: 'deliveries', age: 'ended_at', days: 'deliveries', only: `status <> 'waiting'` },
  { table: 'refresh_attempts', age: 'started_at', days: 'refreshAttempts', only: 'finished_at is not null' },
  { table: 'token_uses', age: 'minute', days: 'tokenUses' },
  // One for a key, a connection and an hour: many more than changes.
  { table: 'audit_log', age: 'at', days: 'tokenUses', only: `action = 'token.read'`, of: 'token_reads' },
  { table: 'audit_log', age: 'at', days: 'auditLog', only: `action <> 'token.read'` },
  { table: 'audit_runs', age: 'started_at', days: 'auditRuns' },
  { table: 'provider_incidents', age: 'ended_at', days: 'incidents' },
  { table: 'provider_calls', age: 'at', days: 'incidents' },
  { table: 'connect_refusals', age: 'last_at', days: 'incidents' },
  { table: 'deauthorizations', age: 'received_at', days: 'callbacks' },
  { table: 'received_messages', age: 'received_at', days: 'receivedMessages' },
  { table: 'message_sends', age: 'created_at', days: 'sends', only: 'expires_at < $2' },
  { table: 'oauth_states', age: 'expires_at', days: 'connectRounds' },
  { table: 'bulk_operation_items', age: 'ended_at', days: 30 },
  {
    table: 'bulk_operations',
    age: 'ended_at',
    days: 30,
    only: 'not exists (select 1 from bulk_operation_items i where i.operation_id = bulk_operations.id)',
  },
  { table: 'imported_rows', age: 'imported_at', days: 30 },
  { table: 'data_deletions', age: 'asked_at', days: 90, only: 'finished_at is not null' },
  { table: 'pending_messages', age: 'seen_at', days: 2 },
  { table: 'message_views', age: 'told_at', days: 1 },
  { table: 'rejection_reports', age: 'leased_until', days: 1 },
  { table: 'rechecks', age: 'paid_until', days: 1 },
  { table: 'dead_verdicts', age: 'at', days: 1 },
  { table: 'provider_parks', age: 'greatest(reads_until, calls_until)', days: 1 },
  { table: 'provider_turns', age: 'begins[1]', days: 1 },
  { table: 'table_sizes', age: 'day', days: 40 },
  { table: 'api_keys', age: 'least(revoked_at, expires_at)', days: 90 },
  // Rounds under way, which may last for a day, still have to know what was revoked.
  { table: 'connect_links', age: 'expires_at', days: 2 },
  { table: 'embed_tokens', age: 'expires_at', days: 2 },
  { table: 'sign_ins', age: 'expires_at', days: 0 },
  { table: 'sessions', age: 'expires_at', days: 0 },
  { table: 'sealed_payloads', age: 'expires_at', days: 0 },
  { table: 'webhook_old_secrets', age: 'expires_at', days: 0 },
];

/** How long the rows of each table are kept with these settings. */
export function retentionByTable(retention: Retention): TableRetention {
  const kept: Record<string, KeptFor[]> = {};
  for (const { table, of = null, ...row } of KEPT)
    (kept[table] ??= []).push({ days: daysOf(row, retention), of });
  return kept;
}

function daysOf({ days }: Pick<Kept, 'days'>, retention: Retention): number {
  return typeof days === 'number' ? days : retention[days];
}

/**
 * Removes rows after their retention time, the oldest first, in portions: one of each kind in turn, until nothing is left
 * or `isOver`. What remains is removed next time. @returns how many
 */
export async function purge(
  db: Db,
  now: number,
  retention: Retention,
  isOver: () => boolean = () => false,
): Promise<number> {
  let removed = 0;
  let left = KEPT;
  while (left.length > 0) {
    const more: Kept[] = [];
    for (const kept of left) {
      if (isOver()) return removed;
      const count = await purgePortion(db, kept, now, retention);
      removed += count;
      if (count === PORTION) more.push(kept);
    }
    left = more;
  }
  return removed;
}

async function purgePortion(
  db: Db,
  { table, age, only = 'true', ...kept }: Kept,
  now: number,
  retention: Retention,
): Promise<number> {
  const before = now - daysOf(kept, retention) * DAY_MS;
  const values = [new Date(before), ...(only.includes('$2') ? [new Date(now)] : [])];
  const { rowCount } = await db.query(
    `delete from ${table} where ctid = any (array(
       select ctid from ${table} where ${age} < $1 and ${only}
       order by ${age} limit ${PORTION} for update skip locked))`,
    values,
  );
  return rowCount ?? 0;
}
