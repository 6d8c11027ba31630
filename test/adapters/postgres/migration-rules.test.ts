import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf } from '../../support/migration-rules';

const FOLDER = join(__dirname, '..', '..', '..', 'migrations');
/** Written before there were rules, and run everywhere. */
const BEFORE_THE_RULES = [
  '0001_integrations.sql',
  '0002_events.sql',
  '0003_connect.sql',
  '0004_messages.sql',
  '0005_audit.sql',
  '0006_callbacks.sql',
  '0007_incidents.sql',
  '0008_throttling.sql',
  '0009_sends.sql',
  '0010_api_keys.sql',
  '0011_keys.sql',
  '0012_webhook_endpoints.sql',
  '0013_sessions.sql',
  '0014_deliveries.sql',
  '0017_console.sql',
];
const files = readdirSync(FOLDER).sort();
const young = files.filter((file) => !BEFORE_THE_RULES.includes(file));

test('the migrations of before are still there', () => {
  expect(files).toEqual(expect.arrayContaining(BEFORE_THE_RULES));
});

test('every new migration has a number of its own, and keeps to the rules', () => {
  for (const file of young) {
    expect(file).toMatch(/^\d{4}_[a-z_]+\.(sql|js)$/);
    expect(files.filter((other) => other.startsWith(file.slice(0, 4)))).toEqual([file]);
    expect([file, problemsOf(readFileSync(join(FOLDER, file), 'utf8'))]).toEqual([file, []]);
  }
});

test.each([
  ['alter table integrations add column tier text not null', 'needs a default'],
  ['alter table events add column a int, add column at timestamptz default clock_timestamp()', 'volatile'],
  ['alter table token_uses add column n bigint generated always as identity', 'volatile'],
  ['alter table deliveries alter column attempts type bigint', 'type'],
  ['ALTER TABLE only public.deliveries\n  ALTER attempts SET DATA TYPE bigint', 'type'],
  ['alter table events alter column data set not null', 'not valid'],
  ['alter table events add constraint small check (seq > 0)', 'not valid'],
  ['create index events_by_type on events (type)', 'concurrently'],
  ['create unique index if not exists once on token_versions (id)', 'concurrently'],
  ['update integrations set paused = false', 'portions'],
  ['delete from received_messages', 'portions'],
  ['lock table events in exclusive mode', 'locks'],
  ['alter table sessions drop column label', 'unread since'],
  ['alter table sessions drop label', 'unread since'],
  ['drop table sessions', 'unread since'],
  ['alter table sessions rename column label to name', 'former name'],
  ["set lock_timeout = '1h'", 'timeout'],
  ['select 1;\n-- Down Migration\nselect 1', 'forward'],
])('%s is refused', (sql, why) => {
  expect(problemsOf(`-- Up Migration\n\n${sql};\n`)).toEqual([expect.stringContaining(why)]);
});

test.each([
  "alter table integrations add column tier text not null default 'basic'",
  'alter table events add column at timestamptz default now()',
  'create index concurrently events_by_type on events (type)',
  'alter table events add constraint small check (seq > 0) not valid; alter table events validate constraint small',
  'update integrations set paused = false where paused is null',
  'create table visits (id text primary key, at timestamptz not null); create index visits_by_at on visits (at)',
  '-- unread since 0.3\nalter table sessions drop column label',
  'alter table events drop constraint small',
])('%s is fine', (sql) => {
  expect(problemsOf(`-- Up Migration\n\n${sql};\n`)).toEqual([]);
});
