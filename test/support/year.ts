import { type Db } from '../../adapters/postgres/pool';
import { DAY_MS } from '../../core/time';
import { until } from './until';

interface Year {
  connections: number;
  /** Messages of each connection, spread over the days. */
  messages: number;
  days: number;
  now: number;
}

/**
 * Fills a fresh database with what a fleet leaves behind: per message an event, its delivery and the record by which it is
 * recognized, and every tenth also another event, a token use, an attempt and a send.
 */
export async function fillYear(db: Db, { connections, messages, days, now }: Year): Promise<void> {
  const values = [connections, messages, new Date(now - days * DAY_MS), (days * DAY_MS) / messages / 1000];
  const each = `
    from generate_series(0, $1::int - 1) c cross join generate_series(0, $2::int - 1) m
    cross join lateral (select $3::timestamptz + (m + c::float / $1::int) * $4::float * interval '1 second' as at) t
    where $1::int > 0 and $2::int > 0`;
  const fill = (statement: string) => db.query(statement, values);
  await db.query(
    `insert into integrations (id, provider, app_id, owner_ref, state, account_id, grant_no, token_version, last_version,
                               lifecycle_revision, issued_at, expires_at, refresh_at, created_at, updated_at)
     select 'int_' || c, 'instagram', 'app', 'owner-' || c / 5, 'active', 'a' || c, 1, 1, 1, 1, $2, $3, $3, $2, $2
     from generate_series(0, $1::int - 1) c`,
    [connections, new Date(now - days * DAY_MS), new Date(now + 50 * DAY_MS)],
  );
  await db.query(
    `insert into webhook_endpoints (id, url, events, sealed, key_id, created_at)
     select 'whe_' || n, 'https://a.example', '{*}', '', 'k', $1 from generate_series(0, 1) n`,
    [new Date(now - days * DAY_MS)],
  );
  const data = `jsonb_build_object('integrationId', 'int_' || c, 'ownerRef', 'owner-' || c / 5, 'state', 'active',
    'account', jsonb_build_object('id', 'a' || c, 'username', 'shop' || c))`;
  await fill(
    `insert into events (id, type, at, integration_id, data, relayed_at)
     select 'evt_' || c || '_' || m, 'message.received', at, 'int_' || c,
       ${data} || '{"message": {"id": "mid", "senderId": "17841400000000000", "kind": "message"}}', at ${each}
     order by at`,
  );
  await fill(
    `insert into events (id, type, at, integration_id, data, relayed_at)
     select 'oth_' || c || '_' || m, 'token.refreshed', at, 'int_' || c, ${data}, at ${each} and m % 10 = 0 order by at`,
  );
  await fill(
    `insert into deliveries (id, kind, event_id, event_type, event_seq, integration_id, endpoint_id, status,
                             next_attempt_at, handed_over_at, created_at, ended_at)
     select 'dlv_' || c || '_' || m, 'webhook', 'evt_' || c || '_' || m, 'message.received', m, 'int_' || c, 'whe_0',
       'delivered', at, at, at, at ${each} order by at`,
  );
  await fill(
    `insert into received_messages select 'int_' || c, sha256((c || ' ' || m)::bytea), at ${each} order by at`,
  );
  await fill(
    `insert into message_events
     select 'int_' || c, sha256((c || ' ' || m)::bytea), 'evt_' || c || '_' || m ${each} order by at`,
  );
  await fill(
    `insert into token_uses select 'key_' || c % 3, 'int_' || c, date_trunc('minute', at), 1 ${each} and m % 10 = 0
     on conflict do nothing`,
  );
  await fill(
    `insert into refresh_attempts (integration_id, grant_no, base_version, started_at, lease_until, finished_at)
     select 'int_' || c, 1, m, at, at, at ${each} and m % 10 = 0`,
  );
  await fill(
    `insert into message_sends (integration_id, key_digest, request_digest, payload_id, created_at, expires_at)
     select 'int_' || c, m::text, '', '', at, at + interval '7 days' ${each} and m % 10 = 0`,
  );
  await fill(
    `insert into sealed_payloads (id, integration_id, purpose, sealed, key_id, created_at, expires_at)
     select 'pay_' || c || '_' || m, 'int_' || c, 'send', '', 'k', at, $3::timestamptz + interval '1000 days' ${each}
       and m % 10 = 0`,
  );
  await fill(
    `insert into audit_log (id, at, actor_kind, actor_id, actor_name, action, integration_id)
     select 'aud_' || c || '_' || m, at, 'api_key', 'key_1', 'app', case m % 10 when 0 then 'integration.pause' else 'token.read' end,
       'int_' || c ${each} order by at on conflict do nothing`,
  );
  await until(() => vacuumed(db), { timeoutMs: 600_000, what: 'all rows are marked as visible to all' });
}

/** A snapshot of an automatic analyze keeps rows from being marked, and then plans differ by chance. */
async function vacuumed(db: Db): Promise<boolean> {
  await db.query('vacuum analyze');
  const { rowCount } = await db.query(
    `select from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relpages > relallvisible`,
  );
  return rowCount === 0;
}
