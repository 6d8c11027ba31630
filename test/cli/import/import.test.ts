import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiKey } from '../../../adapters/postgres/access/api-keys';
import { type Scope } from '../../../core/access/scopes';
import { Secret } from '../../../core/access/secret';
import { DAY_MS, HOUR_MS } from '../../../core/time';
import { parse } from 'csv-parse/sync';
import { withTransaction } from '../../../adapters/postgres/pool';
import { blocksOf, stepsOf } from '../../support/document-blocks';
import { type World, evergrant as run } from '../../support/cli';
import { instagramSettings } from '../../support/instagram-settings';
import { keyBytes } from '../../support/key-bytes';
import { type Stack, startStack } from '../../support/stack';
import { evergrant as start } from '../../support/command';
import { temporaryFolder } from '../../support/temporary-folder';
import { until } from '../../support/until';

/** Of the import that is killed. `IMPORT_ROWS=10000` also prints how fast the rest was, and its memory. */
const ROWS = Number(process.env.IMPORT_ROWS ?? 120);

let stack: Stack;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  const { namespace } = stack.client.options;
  env = {
    DATABASE_URL: stack.directDatabaseUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    EVERGRANT_KEYS: `test:${keyBytes(7).toString('base64')}`,
    ...instagramSettings({ simulator: stack.simulator, url: stack.simulatorUrl }),
  };
});
afterAll(() => stack.stop());
afterEach(() => stack.calm());

const now = () => stack.simulator.clock.now();
const iso = (at: number) => new Date(at).toISOString();
let accounts = 0;
/** A token that another system holds. */
function held(username = `moved_${++accounts}`): string {
  if (!stack.simulator.accounts().some((account) => account.username === username))
    stack.simulator.addAccount({ username });
  return stack.simulator.generateToken(username);
}

interface Result {
  taken: number;
  already: number;
  refused: number;
  complete: boolean;
  rows: { row: number; outcome: string; reason: string | null; code: string | null; integrationId: string }[];
}

function file(content: string, name = 'accounts.csv'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
const evergrant = (args: string[], world: World = {}) => run(['import', ...args], { env, ...world });
async function imported(args: string[], world: World = {}) {
  const { code, out, err } = await evergrant([...args, '--json'], world);
  return { code, err, out, ...(JSON.parse(out) as Result) };
}
const count = async () =>
  (await stack.pool.query('select count(*) as n from integrations')).rows[0].n as string;

test('rows of a CSV are taken over: dated, proven, sealed, and kept alive by lifecycles', async () => {
  const [dated, undated] = [held(), held()];
  const content = [
    'access_token,expires_at,owner_ref,external_id,email,colour',
    `${dated},${iso(now() + 50 * DAY_MS)},shop-1,crm-1,jo@shop.example,red`,
    `${undated},,shop-2,17841400000000001,,`,
  ].join('\r\n');
  const path = file(`\uFEFF${content}\r\n`);
  const first = await imported([path]);
  expect(first).toMatchObject({ code: 0, taken: 2, already: 0, refused: 0, complete: true });
  expect(first.err).toContain('Ignored columns: colour');
  const rows = await Promise.all(first.rows.map(({ integrationId }) => stack.row(integrationId)));
  expect(rows[0]).toMatchObject({
    state: 'active',
    ownerRef: 'shop-1',
    externalId: 'crm-1',
    contactEmail: 'jo@shop.example',
    scopes: ['instagram_business_basic', 'instagram_business_manage_messages'],
  });
  expect(rows[1]).toMatchObject({ ownerRef: 'shop-2', externalId: '17841400000000001' });
  expect(rows[1]!.refreshAt! - rows[1]!.issuedAt!).toBeGreaterThanOrEqual(DAY_MS);
  for (const { id } of rows) {
    const described = await stack.client.workflow.getHandle(`token-lifecycle/${id}`).describe();
    expect(described.status.name).toBe('RUNNING');
  }
  const before = stack.simulator.requests().length;
  expect(await imported([path])).toMatchObject({ code: 0, taken: 0, already: 2, refused: 0 });
  expect(stack.simulator.requests()).toHaveLength(before);
  expect(first.out + first.err).not.toContain(dated);
});

test('what cannot be imported is refused by row, with the reason and what to do, and reported', async () => {
  const dead = held('import_dead');
  stack.simulator.invalidate('import_dead', 460);
  await stack.connect('import_theirs');
  const good = held('import_twice');
  const lines = [
    ['access_token', 'expires_at', 'owner_ref', 'external_id'],
    [dead, iso(now() + 50 * DAY_MS), '=shop', 'dead-1'],
    [held('import_theirs'), '', 'shop-2', ''],
    ['EAAfacebook', '', 'shop-3', ''],
    [held(), iso(now() - DAY_MS), 'shop-4', ''],
    [good, iso(now() + 50 * DAY_MS), 'shop-5', '1.78E+16'],
    [good, iso(now() + 50 * DAY_MS), 'shop-5', ''],
    [held('import_twice'), iso(now() + 50 * DAY_MS), 'shop-5', ''],
    ['', '', 'shop-6', ''],
  ];
  const path = file(lines.map((cells) => cells.join(';')).join('\n'));
  const csv = join(temporaryFolder(), 'refused.csv');
  const result = await imported([path, '--report', csv]);
  expect(result.code).toBe(1);
  expect(result).toMatchObject({ taken: 1, already: 1, refused: 6, complete: true });
  expect(result.rows.map(({ row, outcome, code }) => [row, outcome, code])).toEqual([
    [1, 'refused', 'refused'],
    [2, 'refused', 'account_taken'],
    [3, 'refused', 'foreign'],
    [4, 'refused', 'expired'],
    [5, 'refused', 'invalid_row'],
    expect.arrayContaining([6]),
    expect.arrayContaining([7]),
    [8, 'refused', 'invalid_row'],
  ]);
  const twins = result.rows.slice(5, 7);
  expect(twins.map(({ outcome }) => outcome).sort()).toEqual(['already', 'taken']);
  const [first, second] = twins[0]!.outcome === 'taken' ? twins : [...twins].reverse();
  expect(second!.reason).toBe(`The same account as row ${first!.row}.`);
  const report = readFileSync(csv, 'utf8');
  expect(report.split('\n')[0]).toBe('row,line,owner_ref,external_id,code,reason,what_to_do');
  expect(report).toContain("1,2,'=shop,dead-1,refused,Instagram refuses this token.");
  expect(report).toContain('1.78E+16');
  for (const secret of [dead, good, 'EAAfacebook'])
    expect(report + result.out + result.err).not.toContain(secret);

  const json = join(temporaryFolder(), 'refused.json');
  const again = await evergrant([path, '--report', json]);
  expect([again.code, again.out]).toEqual([
    1,
    expect.stringContaining('0 taken over, 2 already there, 6 refused.'),
  ]);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toHaveLength(6);
});

test('a trial asks Instagram, says what would happen to each row, and changes nothing', async () => {
  const [one, brief] = [held('import_trial'), held()];
  const dead = held('import_trial_dead');
  stack.simulator.invalidate('import_trial_dead', 460);
  const path = file(`access_token\n${one}\n${one}\n${dead}\n${brief}\n`);
  const before = await count();
  const since = stack.simulator.requests().length;
  const { code, out } = await evergrant([path, '--owner-ref', 'trial', '--dry-run']);
  expect(code).toBe(1);
  expect(out).toMatch(/^row 1: (would be taken over|already there)/);
  expect(out).toContain('row 3: would be refused. Instagram refuses this token.');
  expect(out).toContain('2 would be taken over, 1 already there, 1 would be refused.');
  expect(await count()).toEqual(before);
  const paths = stack.simulator
    .requests()
    .slice(since)
    .map((call) => call.path);
  expect(new Set(paths)).toEqual(new Set(['/me']));
});

test('rows of a table are imported by a cursor that cannot write', async () => {
  const tokens = [held(), held(), held()];
  await stack.pool.query(`
    create table channels (id bigint primary key, user_id int, access_token text, token_expires_at timestamp, status text)`);
  const end = now() + 40 * DAY_MS;
  const add = (id: number, token: string, status: string) =>
    stack.pool.query(`insert into channels values ($1, 7, $2, $3::timestamptz at time zone 'UTC', $4)`, [
      id,
      token,
      iso(end + id),
      status,
    ]);
  await add(3, tokens[0]!, 'active');
  await add(1, tokens[1]!, 'active');
  await add(2, tokens[2]!, 'expired');
  const world = { env: { ...env, EVERGRANT_IMPORT_DATABASE_URL: stack.directDatabaseUrl } };
  const map = ['--map', 'user_id=owner_ref', '--map', 'id=external_id'];
  const table = await imported(['--from-database', '--table', 'channels', '--zone', 'UTC', ...map], world);
  expect(table).toMatchObject({ code: 0, taken: 2, refused: 0 });
  const row = await stack.row(table.rows[0]!.integrationId);
  expect(row).toMatchObject({ externalId: '1', ownerRef: '7' });
  expect(Math.abs(row.expiresAt! - now() - 40 * DAY_MS)).toBeLessThan(60_000);

  const query = `select access_token, user_id as owner_ref, token_expires_at at time zone 'UTC' as expires_at from channels where id = 2;`;
  const asked = await imported(['--from-database', stack.directDatabaseUrl, '--query', query]);
  expect(asked).toMatchObject({ code: 0, taken: 1 });
  const writes = await evergrant([
    '--from-database',
    stack.directDatabaseUrl,
    '--query',
    'delete from channels returning *',
  ]);
  expect([writes.code, writes.err]).toEqual([1, expect.stringContaining('may only read')]);
  const leaks = await evergrant([
    '--from-database',
    stack.directDatabaseUrl,
    '--query',
    'select access_token::int as access_token, 1 as owner_ref from channels',
  ]);
  expect([leaks.code, leaks.err]).toEqual([1, expect.stringContaining('22P02')]);
  expect(leaks.err).not.toContain('IGAA');
});

describe('while Instagram', () => {
  test('does not answer for a moment, the row is tried again', async () => {
    stack.simulator.addFault({ match: { path: '/me' }, times: 2, status: 503 });
    stack.simulator.addFault({ match: { path: '/me/conversations' }, times: 1, status: 500 });
    const result = await imported([
      file(`access_token,expires_at\n${held()},${iso(now() + 50 * DAY_MS)}\n`),
      '--owner-ref',
      'blip',
    ]);
    expect(result).toMatchObject({ code: 0, taken: 1 });
    expect((await stack.row(result.rows[0]!.integrationId)).scopes).toHaveLength(2);
  });

  test('is down, nothing is refused for good, and the next run goes on', async () => {
    stack.simulator.addFault({ match: { path: '/me' }, status: 503 });
    const path = file(`access_token\n${Array.from({ length: 60 }, () => held()).join('\n')}\n`);
    const down = await imported([path, '--owner-ref', 'outage']);
    expect(down).toMatchObject({ code: 1, taken: 0, complete: false });
    expect(down.rows.length).toBeLessThan(60);
    expect(down.rows[0]).toMatchObject({ outcome: 'refused', code: 'provider_unavailable' });
    expect(down.err).toContain('Instagram does not answer.');
    stack.simulator.clearFaults();
    expect(await imported([path, '--owner-ref', 'outage'])).toMatchObject({
      code: 0,
      taken: 60,
      complete: true,
    });
  });

  test('limits calls, the import asks no more until it may', async () => {
    stack.simulator.addFault({ match: { path: '/me' }, times: 1, status: 400, error: { code: 4 } });
    const pauses: number[] = [];
    const path = file(`access_token\n${held()}\n`);
    const since = stack.simulator.requests().length;
    const result = await imported([path, '--owner-ref', 'limited'], {
      onPause: async () => {
        if (pauses.push(0) === 2) await stack.calm();
      },
    });
    expect(result).toMatchObject({ code: 0, taken: 1 });
    expect(pauses).toHaveLength(2);
    // The refused call and the one after the pause; in between the gate holds back.
    const probes = stack.simulator
      .requests()
      .slice(since)
      .filter((call) => call.path === '/me');
    expect(probes).toHaveLength(2);
  });
});

test('stopped, it ends with what is done; an unclosed JSON is none', async () => {
  const stop = new AbortController();
  stop.abort();
  const result = await imported([file(`access_token\n${held()}\n`), '--owner-ref', 'stopped'], { stop });
  expect(result).toMatchObject({ code: 1, complete: false, taken: 0 });
});

test(
  `${ROWS} rows, killed twice in the middle, are finished by the next run: each account once, nothing left behind`,
  async () => {
    const tokens = Array.from({ length: ROWS }, (_, n) => {
      stack.simulator.addAccount({ username: `killed_${n}` });
      return stack.simulator.generateToken(`killed_${n}`);
    });
    const dead = held('import_killed_dead');
    stack.simulator.invalidate('import_killed_dead', 460);
    const path = file(`access_token\n${[...tokens.slice(0, 60), dead, ...tokens.slice(60)].join('\n')}\n`);
    const args = ['import', path, '--owner-ref', 'killed', '--json'];
    const done = async () => {
      const { rows } = await stack.pool.query(
        `select count(*) as all, count(distinct account_id) as accounts, count(*) filter (where state = 'pending') as pending
       from integrations where owner_ref = 'killed'`,
      );
      return [Number(rows[0].all), Number(rows[0].accounts), Number(rows[0].pending)];
    };
    const begin = () => start(args, { PATH: process.env.PATH ?? '', ...(env as Record<string, string>) });
    for (const enough of [ROWS / 6, ROWS / 2]) {
      const child = begin();
      const isEnough = async () => (await done())[0]! >= enough || child.process.exitCode !== null;
      await until(isEnough, { timeoutMs: 60 * 60_000, everyMs: 20 });
      child.process.kill('SIGKILL');
      await child.ended;
      expect(child.process.signalCode).toBe('SIGKILL');
    }
    const before = (await done())[0]!;
    const began = performance.now();
    const last = begin();
    let peak = '';
    const watch = setInterval(() => (peak = peakOf(last.process.pid!) ?? peak), 500);
    expect(await last.ended).toBe(1);
    clearInterval(watch);
    const seconds = (performance.now() - began) / 1000;
    const { taken, already, refused, rows } = JSON.parse(last.out()) as Result;
    expect([taken, already, refused]).toEqual([ROWS - before, before, 1]);
    expect(rows.find(({ outcome }) => outcome === 'refused')).toMatchObject({ row: 61 });
    expect(await done()).toEqual([ROWS, ROWS, 0]);
    if (process.env.IMPORT_ROWS !== undefined)
      console.log(
        `${taken} rows in ${seconds.toFixed(0)} s, ${(taken / seconds).toFixed(0)} a second, peak ${peak}`,
      );
  },
  4 * 3_600_000,
);

/** The most memory that a process had so far. */
function peakOf(pid: number): string | null {
  try {
    return /VmHWM:\s*(.*)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

test('refreshes that are due are spread, those with the least time left first', async () => {
  const held14 = Array.from({ length: 6 }, () => held());
  stack.simulator.clock.advance(47 * DAY_MS);
  const path = file(
    `access_token,expires_at\n${held14.map((token, n) => `${token},${iso(now() + (2 + 2 * n) * DAY_MS)}`).join('\n')}\n`,
  );
  const { rows } = await imported([path, '--owner-ref', 'spread']);
  const at = await Promise.all(
    rows.map(async ({ integrationId }) => (await stack.row(integrationId)).refreshAt! - now()),
  );
  expect(at.filter((ms) => ms < 60_000)).toHaveLength(3);
  expect(at.slice(3)).toEqual([...at.slice(3)].sort((a, b) => a - b));
  expect(at.at(-1)).toBeGreaterThan(6 * HOUR_MS);
  expect(at.at(-1)).toBeLessThan(24 * HOUR_MS);
});

let keys = 0;
/** A key of this database. */
async function exportKey(scopes: string[], ownerRefs: string[] | null = null): Promise<NodeJS.ProcessEnv> {
  const text = `evg_export_${scopes.join('_')}_${ownerRefs?.join('_') ?? 'all'}_${(keys += 1)}_0123456789`;
  const maker = { id: 'bootstrap', generation: 0, limitedBy: null, quota: 100 };
  const wanted = { name: 'move', scopes: scopes as Scope[], ownerRefs, expiresAt: null };
  await createApiKey(stack.pool, new Secret(text), wanted, maker, Date.now());
  return { ...env, EVERGRANT_API_KEY: text };
}

describe('export', () => {
  const exported = (args: string[], world: World = {}) => run(['export', ...args], { env, ...world });
  test('has everything but secrets, as JSON Lines or CSV', async () => {
    const token = held();
    const path = file(`access_token,owner_ref\n${token},=export\n`);
    await imported([path]);
    const { code, out } = await exported([]);
    expect(code).toBe(0);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toHaveLength(Number(await count()));
    expect(rows.at(-1)).toMatchObject({ owner_ref: '=export', state: 'active', token_version: 1 });
    expect(out).not.toContain('IGAA');
    const target = join(temporaryFolder(), 'all.csv');
    expect((await exported(['--output', target])).code).toBe(0);
    const csv = readFileSync(target, 'utf8');
    expect(csv.split('\n')[0]).toMatch(/^id,owner_ref,external_id,email,account_id/);
    expect(csv).toContain(",'=export,");
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(await exported(['--output', target])).toMatchObject({
      code: 1,
      err: expect.stringContaining('already exists'),
    });
  });

  test('gives tokens only to a key that may, asks first, counts and records it', async () => {
    const target = join(temporaryFolder(), 'tokens.jsonl');
    const args = ['--with-tokens', '--output', target];
    for (const [scopes, owners] of [
      [['token'], null],
      [['admin'], null],
      [['token', 'admin'], ['x']],
    ] as const) {
      const refused = await exported([...args, '--yes'], {
        env: await exportKey([...scopes], owners && [...owners]),
      });
      expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/scope|owners/)]);
    }
    const wrong = await exported([...args, '--yes'], {
      env: { ...env, EVERGRANT_API_KEY: 'evg_wrong', EVERGRANT_URL: 'http://127.0.0.1:9' },
    });
    expect(wrong.code).toBe(1);
    const right = await exportKey(['admin', 'token']);
    expect((await exported(['--with-tokens'], { env: right, columns: 80 })).code).toBe(2);
    expect((await exported(args, { env: right })).code).toBe(2);
    expect((await exported(args, { env: right, answer: 'n' })).code).toBe(1);
    expect(existsSync(target)).toBe(false);
    expect(await exported(args, { env: right, answer: 'y' })).toMatchObject({ code: 0 });
    const lines = readFileSync(target, 'utf8').trim().split('\n');
    const uses = await stack.pool.query('select sum(uses) as n from token_uses');
    expect(Number(uses.rows[0].n)).toBe(lines.length);
    const entries = await stack.pool.query(
      `select actor_kind, target from audit_log where action = 'token.export'`,
    );
    expect(entries.rows).toEqual([{ actor_kind: 'cli', target: expect.stringMatching(/^key_/) }]);
  });

  test.each(['jsonl', 'csv'])('as %s is taken back by import, equal but for ids', async (format) => {
    const target = join(temporaryFolder(), `back.${format}`);
    const path = file(
      `access_token,owner_ref,external_id,expires_at,email,paused\n${held()},-5,"a,""b""",${iso(now() + 50 * DAY_MS)},jo@shop.example,yes\n`,
    );
    const { rows } = await imported([path]);
    const was = await stack.row(rows[0]!.integrationId);
    expect(was.paused).toBe(true);
    expect(
      (
        await exported(['--with-tokens', '--yes', '--output', target], {
          env: await exportKey(['token', 'admin'], null),
        })
      ).code,
    ).toBe(0);
    await stack.pool.query('delete from integrations');
    const back = await imported([target]);
    expect(back).toMatchObject({ code: 0, already: 0, refused: 0 });
    const all = await stack.pool.query('select id from integrations where account_id = $1', [was.accountId]);
    const is = await stack.row(all.rows[0].id as string);
    for (const field of [
      'ownerRef',
      'externalId',
      'contactEmail',
      'username',
      'scopes',
      'issuedAt',
      'expiresAt',
      'paused',
    ] as const)
      expect([field, is[field]]).toEqual([field, was[field]]);
  });
});

test('docs/moving-in.md: a table of a refresh cron moves in by its commands, and back again', async () => {
  const dump = readFileSync(join(__dirname, 'fixtures/instagram-channels.sql'), 'utf8')
    .replace(/\{\{(\w+)\}\}/g, (_, username: string) => held(username))
    .replace(/\[\[(-?\d+)\]\]/g, (_, days: string) => iso(now() + Number(days) * DAY_MS));
  stack.simulator.invalidate('moving_revoked', 460);
  await stack.pool.query(dump);
  const blocks = blocksOf('docs/moving-in.md');
  const folder = temporaryFolder();
  const world = { env: { ...env, EVERGRANT_IMPORT_DATABASE_URL: stack.directDatabaseUrl } };
  const shown = blocks.flatMap((block) => (block.language === 'console' ? stepsOf(block) : []));
  const imports = shown.filter(({ command }) => command.startsWith('npx evergrant import'));
  expect(imports).toHaveLength(2);
  for (const { command, output } of imports) {
    const args = command.replace('refused.csv', join(folder, 'refused.csv')).split(' ').slice(3);
    const { code, out, err } = await evergrant(args, world);
    expect(code).toBe(1);
    const printed = `${err}${out}`.replaceAll(`${folder}/`, '');
    for (const line of output) expect(printed).toContain(line);
  }
  const { rows } = await stack.pool.query(
    `select external_id, owner_ref, expires_at from integrations where username like 'moving_%' order by external_id`,
  );
  expect(rows.map((row) => row.external_id)).toEqual([1, 2, 3].map((n) => `1784140000000000${n}`));

  // Back again: what stands in the table is older by then.
  const tokens = await stack.pool.query('select id, access_token from instagram_channels order by id');
  await stack.pool.query(
    `update instagram_channels set access_token = 'old', status = 'moved' where id <= 17841400000000003`,
  );
  const back = join(folder, 'tokens.csv');
  const key = await exportKey(['token', 'admin']);
  expect((await run(['export', '--with-tokens', '--yes', '--output', back], { env: key })).code).toBe(0);
  const sql = blocks.filter(({ language }) => language === 'sql').map(({ text }) => text);
  const [columns, ...lines] = parse(readFileSync(back)) as string[][];
  await withTransaction(stack.pool, async (db) => {
    await db.query(sql.find((text) => text.startsWith('create temporary table back'))!);
    const named = await db.query(`select * from back`);
    expect((named as unknown as { fields: { name: string }[] }).fields.map(({ name }) => name)).toEqual(
      columns,
    );
    for (const cells of lines)
      await db.query(`insert into back values (${cells.map((_, n) => `$${n + 1}`).join(', ')})`, cells);
    await db.query(sql.find((text) => text.startsWith('update instagram_channels'))!);
  });
  const after = await stack.pool.query('select id, access_token from instagram_channels order by id');
  expect(after.rows).toEqual(tokens.rows);
  await stack.pool.query(sql.find((text) => text.startsWith('alter table'))!);
});
