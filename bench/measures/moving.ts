import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { until } from '../../test/support/until';
import { API_KEY, type Deployment, startDeployment } from '../deployment';
import { type Benchmark, type Figure, asleep, rounded, timed } from '../measure';

const SIZES = { full: [10_000, 100_000], smoke: [6, 12] };
const ACCOUNTS_AT_ONCE = 500;
/** One row in so many has a token that Instagram refuses. */
const ONE_REFUSED_IN = 6;
const LOOK_EVERY_MS = { full: 2 * SECOND_MS, smoke: 100 };
/** Beyond this the starts of lifecycles are not waited for: `growth` has their rate. */
const STARTED_ALL = 10_000;
const DONE_WITHIN_MS = 3 * HOUR_MS;
const IN_15_MINUTES = { is: 'at most', value: 15, of: 'value' } as const;

export const moving: Benchmark = {
  name: 'moving',
  isLong: true,
  about:
    'Connections of another system move in from CSV, by a command that is killed twice, beside a running worker. Then all move out, and into an empty Evergrant, and once more from a PostgreSQL table.',
  async run(size, progress) {
    const figures: Figure[] = [];
    for (const rows of SIZES[size]) {
      const of = `${rows.toLocaleString('en')} rows`;
      const add = (figure: Figure) => void figures.push({ of, ...figure });
      const folder = mkdtempSync(join(tmpdir(), 'evergrant-moving-'));
      const deployment = await startDeployment();
      try {
        progress(`${of}: from CSV`);
        await fromCsv(deployment, folder, rows, LOOK_EVERY_MS[size], add);
        progress(`${of}: out, and back`);
        await outAndBack(deployment, folder, add);
        progress(`${of}: from a table`);
        await fromTable(deployment, join(folder, 'all.csv'), rows, add);
      } finally {
        await deployment.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }
    return figures;
  },
};

type Add = (figure: Figure) => void;

async function fromCsv(
  deployment: Deployment,
  folder: string,
  rows: number,
  everyMs: number,
  add: Add,
): Promise<void> {
  const { pool } = deployment;
  const file = join(folder, 'all.csv');
  const report = join(folder, 'refused.json');
  const refused = await writeRows(deployment, file, rows);
  const worker = await deployment.startWorker();
  const done = async () => {
    const { rows: counted } = await pool.query<{ count: number }>('select count(*)::int from imported_rows');
    return counted[0]!.count;
  };
  let peakMiB = 0;
  const startedAt = performance.now();
  for (const part of [1 / 3, 2 / 3, null]) {
    const command = deployment.begin(['import', file, '--report', report]);
    let hasEnded = false;
    void command.ended.then(() => (hasEnded = true));
    await until(
      async () => {
        if (!hasEnded) peakMiB = Math.max(peakMiB, command.memoryMiB());
        return hasEnded || (part !== null && (await done()) >= rows * part);
      },
      { timeoutMs: DONE_WITHIN_MS, everyMs, what: 'rows are imported' },
    );
    if (part !== null) command.kill();
    await command.ended;
  }
  const ms = performance.now() - startedAt;
  const [counts] = (
    await pool.query<{ all: number; accounts: number }>(
      'select count(*)::int as all, count(distinct account_id)::int as accounts from integrations',
    )
  ).rows;
  add({ what: 'from CSV, killed twice', value: inMinutes(ms), unit: 'min', wanted: IN_15_MINUTES });
  add({ what: 'rate', value: rounded((rows * SECOND_MS) / ms), unit: 'rows a second' });
  add({ what: 'most memory of the command', value: rounded(peakMiB), unit: 'MiB' });
  add({ what: 'connections missing', value: rows - refused - counts!.accounts, unit: '' });
  add({ what: 'connections twice', value: counts!.all - counts!.accounts, unit: '' });
  add({ what: 'refused rows not reported', value: refused - reported(report), unit: '' });
  if (rows <= STARTED_ALL) {
    const startMs = await timed(() => asleep(deployment, rows - refused, DONE_WITHIN_MS));
    add({ what: 'after that, until every lifecycle runs', value: inMinutes(startMs), unit: 'min' });
  }
  await worker.stop();
}

async function outAndBack(deployment: Deployment, folder: string, add: Add): Promise<void> {
  const api = await deployment.startApi();
  const file = (name: string) => join(folder, name);
  const env = { EVERGRANT_URL: api.url, EVERGRANT_API_KEY: API_KEY };
  const out = (name: string) =>
    deployment.run(['export', '--with-tokens', '--yes', '--output', file(name)], env);
  const outMs = await timed(() => out('out.jsonl'));
  await empty(deployment);
  const backMs = await timed(() => deployment.run(['import', file('out.jsonl')]));
  await out('again.jsonl');
  await api.stop();
  add({ what: 'exported with tokens', value: inMinutes(outMs), unit: 'min' });
  add({ what: 'taken back', value: inMinutes(backMs), unit: 'min', wanted: IN_15_MINUTES });
  const [before, after] = [contentOf(file('out.jsonl')), contentOf(file('again.jsonl'))];
  const different =
    [...before].filter((line) => !after.has(line)).length + Math.abs(before.size - after.size);
  add({ what: 'connections that came back different', value: different, unit: '' });
}

async function fromTable(deployment: Deployment, csv: string, rows: number, add: Add): Promise<void> {
  const { pool, databaseUrl } = deployment;
  await empty(deployment);
  await pool.query(`create table channels (access_token text, owner_ref text, external_id text, issued_at timestamptz,
    token_expires_at timestamptz, status text)`);
  const lines = readFileSync(csv, 'utf8').trim().split('\n').slice(1);
  for (let at = 0; at < lines.length; at += 1_000)
    await pool.query(
      `insert into channels select l[1], l[2], l[3], l[4]::timestamptz, l[5]::timestamptz, 'active'
       from (select string_to_array(line, ',') as l from unnest($1::text[]) line) given`,
      [lines.slice(at, at + 1_000)],
    );
  const command = deployment.begin(['import', '--from-database', databaseUrl, '--table', 'channels']);
  const ms = await timed(() => command.ended);
  add({ what: 'from a PostgreSQL table', value: inMinutes(ms), unit: 'min', wanted: IN_15_MINUTES });
  add({ what: 'rate from a table', value: rounded((rows * SECOND_MS) / ms), unit: 'rows a second' });
}

/** @returns how many have a token that Instagram refuses */
async function writeRows({ simulator }: Deployment, file: string, rows: number): Promise<number> {
  const issuedAt = Date.now();
  let refused = 0;
  writeFileSync(file, 'access_token,owner_ref,external_id,issued_at,expires_at\n');
  for (let from = 0; from < rows; from += ACCOUNTS_AT_ONCE) {
    const names = Array.from(
      { length: Math.min(ACCOUNTS_AT_ONCE, rows - from) },
      (_, n) => `shop.${from + n}`,
    );
    const accounts = await simulator.call('addAccounts', names);
    const lines = accounts.map(({ token }, n) => {
      const isRefused = (from + n) % ONE_REFUSED_IN === 1 && from < ONE_REFUSED_IN;
      if (isRefused) refused += 1;
      const dates = [issuedAt, issuedAt + 60 * DAY_MS - MINUTE_MS].map((at) => new Date(at).toISOString());
      return [isRefused ? `IGAAnobody${from + n}` : token, `owner-${n % 100}`, from + n, ...dates].join(',');
    });
    appendFileSync(file, `${lines.join('\n')}\n`);
  }
  await simulator.call('advance', 2 * DAY_MS);
  return refused;
}

async function empty({ pool }: Deployment): Promise<void> {
  await pool.query('truncate integrations cascade');
}

const reported = (file: string): number => (JSON.parse(readFileSync(file, 'utf8')) as unknown[]).length;

/** Each connection but for what is Evergrant's own. */
function contentOf(file: string): Set<string> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Set(
    lines.map((line) => {
      const row = JSON.parse(line) as Record<string, unknown>;
      for (const own of ['id', 'token_version', 'refresh_at', 'created_at']) delete row[own];
      return JSON.stringify(row);
    }),
  );
}

const inMinutes = (ms: number): number => rounded(ms / MINUTE_MS);
