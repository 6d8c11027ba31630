import { createActivities } from '../../../activities';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { storePayload } from '../../../adapters/postgres/messages/sealed-payloads';
import { keyRing, parseKeyRing } from '../../../adapters/encryption/key-ring';
import { createKeyChecks } from '../../../adapters/encryption/key-check';
import { createSealer } from '../../../adapters/encryption/sealer';
import { type Logger } from '../../../adapters/logger';
import { DAY_MS, MINUTE_MS } from '../../../core/time';
import { type TestApi, startApi } from '../../support/api';
import { KEYS, type Stack, startStack } from '../../support/stack';
import { keyBytes } from '../../support/key-bytes';

const OTHER_KEY = parseKeyRing(`other:${keyBytes(8).toString('base64')}`);
let stack: Stack;
let api: TestApi;
let connected = 0;
const logged: string[] = [];
beforeAll(async () => {
  stack = await startStack({ workers: false });
  const ring = keyRing([...KEYS.keys, ...OTHER_KEY.keys]);
  const logger = { error: (entry: object) => logged.push(JSON.stringify(entry)) } as unknown as Logger;
  stack.deps.sealer = createSealer(ring, { checks: createKeyChecks(stack.pool), logger });
  api = await startApi(stack);
});
afterAll(async () => {
  await api.stop();
  await stack.stop();
});

/** One that could be refreshed now. */
async function connect(): Promise<Integration> {
  const row = await stack.connect(`shop_${++connected}`, { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  return row;
}
const sql = (text: string, ...values: unknown[]) => stack.pool.query(text, values);
const alarms = async ({ id }: Integration) =>
  (await stack.events(id)).filter((type) => type === 'token.decrypt_failed').length;

/** Whatever may use the token is tried, twice; nothing reaches Instagram, and nobody expires. */
async function expectUnused(row: Integration): Promise<void> {
  const calls = stack.simulator.requests().length;
  const activities = createActivities(stack.deps);
  const of = { integrationId: row.id, version: row.version };
  for (let round = 0; round < 2; round++) {
    const answer = await api.get(`/v1/integrations/${row.id}/token`);
    expect([answer.status, answer.body.code]).toEqual([503, 'decrypt_failed']);
    const read = await api.get(`/v1/integrations/${row.id}/conversations`);
    expect([read.status, read.body.code]).toEqual([503, 'decrypt_failed']);
    const refreshed = await activities.refreshToken({ ...of, asked: true });
    expect(refreshed.outcome).toBe('refresh_failed');
    expect(await stack.row(row.id)).toMatchObject({
      state: 'refreshing',
      lastError: { code: 'decrypt_failed', class: 'service' },
    });
  }
  const rejection = { version: row.version, code: 190, subcode: null, source: 'test' };
  const recovered = await activities.recoverToken({ ...of, rejection });
  expect(recovered.outcome).toBe('undecided');
  const now = stack.simulator.clock.now();
  const after = await stack.row(row.id);
  expect(after).toMatchObject({ state: 'recovering', lastError: { code: 'decrypt_failed' }, reason: null });
  expect(after.recovery!.nextAttemptAt - now).toBeGreaterThan(0);
  expect(after.recovery!.nextAttemptAt - now).toBeLessThan(5 * MINUTE_MS);
  expect(stack.simulator.requests().length).toBe(calls);
  expect(await alarms(row)).toBe(1);
  expect(logged.filter((line) => line.includes(row.id)).length).toBeGreaterThan(0);
  expect(logged.join('\n')).not.toMatch(/IGAA/);
}

test('tokens that were swapped between two integrations', async () => {
  const [one, two] = [await connect(), await connect()];
  await sql(
    `update token_versions t set sealed = o.sealed from token_versions o
     where (t.integration_id, o.integration_id) in (($1, $2), ($2, $1))`,
    one.id,
    two.id,
  );
  await expectUnused(one);
  await expectUnused(two);
});

test('a row that was moved to another integration', async () => {
  const [one, two] = [await connect(), await connect()];
  await sql(`update token_versions set stage = 'previous', version = 77 where integration_id = $1`, two.id);
  await sql('update token_versions set integration_id = $2 where integration_id = $1', one.id, two.id);
  await expectUnused(one);
  await expectUnused(two);
});

test('a version that was renumbered', async () => {
  const row = await connect();
  await sql('update token_versions set version = version + 1 where integration_id = $1', row.id);
  await expectUnused(row);
});

test('the version before, put back as the current one', async () => {
  const row = await connect();
  const of = { integrationId: row.id, version: row.version };
  const { outcome } = await createActivities(stack.deps).refreshToken({ ...of, asked: true });
  expect(outcome).toBe('refreshed');
  stack.simulator.clock.advance(2 * DAY_MS);
  await sql('delete from token_versions where integration_id = $1 and version = 2', row.id);
  await sql(`update token_versions set stage = 'current' where integration_id = $1`, row.id);
  await expectUnused(await stack.row(row.id));
});

test('a row and its integration renumbered alike', async () => {
  const row = await connect();
  await sql('update token_versions set version = 5 where integration_id = $1', row.id);
  await sql('update integrations set token_version = 5, last_version = 5 where id = $1', row.id);
  await expectUnused(await stack.row(row.id));
});

test('a token copied to another integration', async () => {
  const [from, to] = [await connect(), await connect()];
  await sql('delete from token_versions where integration_id = $1', to.id);
  await sql(
    `insert into token_versions
     select $2, version, grant_no, base_version, origin, stage, sealed, key_id, issued_at, expires_at, refresh_at,
            lifetime_clamped, created_at
     from token_versions where integration_id = $1`,
    from.id,
    to.id,
  );
  await expectUnused(to);
  expect((await api.get(`/v1/integrations/${from.id}/token`)).status).toBe(200);
  expect(await alarms(from)).toBe(0);
});

test('one flipped bit', async () => {
  const row = await connect();
  await sql(
    `update token_versions set sealed = set_byte(sealed, 400, get_byte(sealed, 400) # 1) where integration_id = $1`,
    row.id,
  );
  await expectUnused(row);
});

test('another key named than the one that sealed it', async () => {
  const row = await connect();
  await sql(`update token_versions set key_id = 'other' where integration_id = $1`, row.id);
  await expectUnused(row);
});

test('a sealed text in place of a token', async () => {
  const row = await connect();
  const payload = { integrationId: row.id, provider: row.provider, purpose: 'token', text: 'IGAAmine' };
  const id = await storePayload(stack.pool, stack.deps.sealer, payload, stack.simulator.clock.now());
  await sql(
    `update token_versions set sealed = p.sealed, key_id = p.key_id from sealed_payloads p
     where p.id = $2 and token_versions.integration_id = $1`,
    row.id,
    id,
  );
  await expectUnused(row);
});

test('a token that was removed', async () => {
  const row = await connect();
  await sql('delete from token_versions where integration_id = $1', row.id);
  await expectUnused(row);
});

test('a foreign token put in line as the next one: the current one is handed out on, the alarm names the other', async () => {
  const [from, to] = [await connect(), await connect()];
  await sql(
    `insert into token_versions
     select $2, 2, grant_no, 1, 'refresh', 'pending', sealed, key_id, issued_at, expires_at, refresh_at,
            lifetime_clamped, created_at
     from token_versions where integration_id = $1`,
    from.id,
    to.id,
  );
  const calls = stack.simulator.requests().length;
  const activities = createActivities(stack.deps);
  const of = { integrationId: to.id, version: 1 };
  expect((await activities.refreshToken({ ...of, asked: true })).outcome).toBe('refresh_failed');
  const rejection = { version: 1, code: 190, subcode: null, source: 'test' };
  expect((await activities.recoverToken({ ...of, rejection })).outcome).toBe('undecided');
  expect(stack.simulator.requests().length).toBe(calls);
  const { rows } = await sql(
    `select data from events where integration_id = $1 and type = 'token.decrypt_failed'`,
    to.id,
  );
  expect(rows).toEqual([{ data: expect.objectContaining({ tokenVersion: 2, stage: 'pending' }) }]);
});

test('once the row is put right, everything goes on', async () => {
  const row = await connect();
  const { rows } = await sql('select sealed from token_versions where integration_id = $1', row.id);
  await sql(`update token_versions set sealed = 'x' where integration_id = $1`, row.id);
  await expectUnused(row);
  await sql('update token_versions set sealed = $2 where integration_id = $1', row.id, rows[0].sealed);
  const of = { integrationId: row.id, version: row.version };
  const { outcome } = await createActivities(stack.deps).recoverToken({ ...of, rejection: null });
  expect([outcome, (await stack.row(row.id)).state]).toEqual(['verified_ok', 'refreshing']);
});

test('a key that is away: the lifecycle waits and says so, and goes on when it is back', async () => {
  const row = await connect();
  const of = { integrationId: row.id, version: row.version };
  const { sealer } = stack.deps;
  const without = createSealer(OTHER_KEY, { checks: createKeyChecks(stack.pool) });
  const calls = stack.simulator.requests().length;
  const waiting = createActivities({ ...stack.deps, sealer: without });
  expect((await waiting.refreshToken({ ...of, asked: true })).outcome).toBe('refresh_failed');
  expect((await stack.row(row.id)).lastError?.code).toBe('key_unavailable');
  expect((await waiting.recoverToken({ ...of, rejection: null, recheck: true })).outcome).toBe('undecided');
  expect(await stack.row(row.id)).toMatchObject({
    state: 'recovering',
    lastError: { code: 'key_unavailable' },
  });
  expect([stack.simulator.requests().length, await alarms(row)]).toEqual([calls, 0]);

  const back = createActivities({ ...stack.deps, sealer });
  expect((await back.recoverToken({ ...of, rejection: null })).outcome).toBe('verified_ok');
  expect((await back.refreshToken({ ...of, asked: true })).outcome).toBe('refreshed');
});

test('a key with the right name and wrong bytes seals nothing: a refresh asks Instagram for nothing', async () => {
  const row = await connect();
  const wrong = createSealer(parseKeyRing(`test:${keyBytes(9).toString('base64')}`), {
    checks: createKeyChecks(stack.pool),
  });
  const count = async () =>
    (await sql('select (select count(*) from token_versions) + (select count(*) from sealed_payloads) as n'))
      .rows[0].n;
  const [before, calls] = [await count(), stack.simulator.requests().length];
  const activities = createActivities({ ...stack.deps, sealer: wrong });
  const of = { integrationId: row.id, version: row.version };
  expect((await activities.refreshToken({ ...of, asked: true })).outcome).toBe('refresh_failed');
  const payload = { integrationId: row.id, provider: row.provider, purpose: 'note', text: 'x' };
  await expect(storePayload(stack.pool, wrong, payload, 0)).rejects.toMatchObject({ name: 'KeyMismatch' });
  const pages = await startApi(stack, { sealer: wrong });
  expect((await pages.get(`/v1/integrations/${row.id}/token`)).body.code).toBe('key_unavailable');
  await pages.stop();
  expect([await count(), stack.simulator.requests().length, await alarms(row)]).toEqual([before, calls, 0]);
});
