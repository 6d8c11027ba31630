import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../../adapters/config';
import { NEEDED_SETTINGS, type Services, createServices } from '../../../services/services';
import { createIntegration } from '../../../adapters/postgres/integrations/integrations';
import { storePayload, readPayload } from '../../../adapters/postgres/messages/sealed-payloads';
import { usableToken } from '../../../services/usable-token';
import { KEYS, type Stack, startStack } from '../../support/stack';
import { afterwards, temporaryFolder } from '../../support/temporary-folder';
import { until } from '../../support/until';
import { type Ran, type World, evergrant } from '../../support/cli';
import { keyBytes } from '../../support/key-bytes';

const key = (id: string, byte: number) => `${id}:${keyBytes(byte).toString('base64')}`;
const K1 = key('k1', 7);
let stack: Stack;
let databaseUrl: string;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  databaseUrl = (stack.pool.options as { connectionString: string }).connectionString;
});
afterAll(() => stack.stop());
beforeEach(() => stack.pool.query('truncate key_checks, key_holders, integrations cascade'));

interface Copy {
  file: string;
  read(): string;
  env: NodeJS.ProcessEnv;
}

/** One machine's copy of the key file. */
function keyFile(text = K1): Copy {
  const file = join(temporaryFolder(), 'keys');
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  const read = () => readFileSync(file, 'utf8').trim();
  return { file, read, env: { DATABASE_URL: databaseUrl, EVERGRANT_KEYS_FILE: file } };
}
const idsIn = (text: string) => text.split(',').map((entry) => entry.split(':')[0]);

/** A process of the product, but for what it serves. */
function start(name: string, { env }: Pick<Copy, 'env'>): Services {
  const all = { ...env, INSTAGRAM_APP_ID: '1', INSTAGRAM_APP_SECRET: 'x', LOG_LEVEL: 'silent' };
  const services = createServices(loadSettings(all, NEEDED_SETTINGS), { name, env: all });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= services.close());
  afterwards(close);
  return { ...services, close };
}
const announced = (count: number) =>
  until(async () => (await stack.pool.query('select 1 from key_holders')).rowCount === count, {
    what: `${count} processes have announced themselves`,
  });
const sealsWith = (services: Services, id: string) =>
  until(() => services.sealer.ring.sealing.id === id, { what: `it seals with ${id}` });

const keys = async (copy: Pick<Copy, 'env'>, args: string[], world: World = {}): Promise<Ran> => {
  const ran = await evergrant(['keys', ...args], { ...world, env: { ...copy.env, ...world.env } });
  // Whatever is said, a key is never in it.
  expect(ran.out + ran.err).not.toMatch(/[A-Za-z0-9+/]{40,}=/);
  return ran;
};
const status = async (copy: Pick<Copy, 'env'>) => {
  const ran = await keys(copy, ['status', '--json']);
  expect(ran.code).toBe(0);
  return JSON.parse(ran.out);
};

const context = { provider: 'instagram', purpose: 'note' };
async function keepText(services: Services, text: string): Promise<() => Promise<string | undefined>> {
  const owner = { provider: 'instagram', appId: '1', ownerRef: 'o', externalId: null, contactEmail: null };
  const integrationId = (await createIntegration(stack.pool, owner, Date.now())).id;
  const payload = { ...context, integrationId, text };
  const id = await storePayload(stack.pool, services.sealer, payload, Date.now());
  return async () =>
    (await readPayload(stack.pool, services.sealer, id, { ...context, integrationId }, Date.now()))?.reveal();
}
const connect = (username: string) => stack.connect(username, { start: false });

describe('status', () => {
  test('shows what each key seals, who has it, and that nothing has to be done', async () => {
    const copy = keyFile();
    const services = start('worker', copy);
    await announced(1);
    await keepText(services, 'hello');
    const report = await status(copy);
    expect(report).toMatchObject({ source: 'file', processes: [{ keyIds: ['k1'], sealingId: 'k1' }] });
    const [k1] = report.keys;
    expect(k1).toMatchObject({
      id: 'k1',
      role: 'seals',
      check: 'opens',
      rows: { token_versions: 0, sealed_payloads: 1 },
      heldBy: [expect.stringMatching(/^worker on \S+ \(process \d+\)$/)],
    });
  });

  test('a key that rows need and the ring lacks is missing, in red, and wrong bytes are reported', async () => {
    await connect('lost');
    const copy = keyFile(`${K1},${key('k2', 2)}`);
    start('worker', copy);
    await announced(1);
    const wrong = keyFile(`${K1},${key('k2', 9)}`);
    const ran = await keys(wrong, ['status'], { columns: 120 });
    expect(ran.code).toBe(0);
    const red = ran.out.split('\n').filter((line) => line.startsWith('\u001b[31m'));
    expect(red).toEqual([
      expect.stringMatching(/k2 .*wrong bytes/),
      expect.stringMatching(/test +missing +- +1 +0/),
    ]);
    expect(ran.out).toContain('Next: Restore key test in the key ring: 1 row needs it.');
  });

  test('a process that stops is gone at once; one that was killed after a minute', async () => {
    const copy = keyFile();
    const services = start('worker', copy);
    await announced(1);
    await stack.pool.query(
      `insert into key_holders values ('dead', 'h', 1, 'API', '{k1}', 'k1', now() - interval '61 s')`,
    );
    expect((await status(copy)).processes).toHaveLength(1);
    await services.close();
    await announced(1);
    start('API', copy);
    await until(async () => (await status(copy)).processes[0]?.name.startsWith('API'));
    await announced(1);
  });

  test('a process with wrong bytes does not count as one that has the key, nor does it take them up', async () => {
    const copy = keyFile();
    const good = start('worker', copy);
    await announced(1);
    start('API', keyFile(key('k1', 9)));
    const taking = keyFile();
    const other = start('API', taking);
    await announced(2);
    writeFileSync(taking.file, `${key('k1', 9)}\n`);
    writeFileSync(copy.file, `${K1},${key('k2', 2)}\n`);
    await until(() => good.sealer.ring.keys.length === 2);
    expect(other.sealer.ring.sealing.bytes).toEqual(keyBytes(7));
    expect((await status(copy)).keys[0].heldBy).toHaveLength(2);
  });
});

describe('rotate, with two processes that have a key file each', () => {
  test('the new key seals nowhere before it opens everywhere, then everything moves to it', async () => {
    const [here, there] = [keyFile(), keyFile()];
    const [one, two] = [start('worker', here), start('API', there)];
    await announced(2);
    const texts = [await keepText(one, 'old one'), await keepText(two, 'old two')];

    expect(await keys(here, ['rotate'])).toMatchObject({ code: 0 });
    expect(idsIn(here.read())).toEqual(['k1', 'k2']);
    expect(statSync(here.file).mode & 0o777).toBe(0o600);
    await until(() => one.sealer.ring.keys.length === 2);
    expect(one.sealer.ring.sealing.id).toBe('k1');

    // The other machine has not got it: it may not seal yet.
    const refused = await keys(here, ['rotate']);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/k2 cannot become the primary key yet[^]*API on/);
    expect(refused.err).not.toContain('worker on');
    expect(idsIn(here.read())).toEqual(['k1', 'k2']);
    expect((await status(here)).next).toMatch(/^Copy the key file to API on/);

    copyFileSync(here.file, there.file);
    await until(() => two.sealer.ring.keys.length === 2);
    await until(async () => (await status(here)).next.includes('keys rotate` again'));
    expect(await keys(here, ['rotate'])).toMatchObject({ code: 0 });
    expect(idsIn(here.read())).toEqual(['k2', 'k1']);
    await sealsWith(one, 'k2');

    // Not given to the other machine yet: each opens what the other seals.
    const young = await keepText(one, 'young');
    expect(two.sealer.ring.sealing.id).toBe('k1');
    const old = await keepText(two, 'still old');
    const read = async () => Promise.all([...texts, young, old].map((text) => text()));
    expect(await read()).toEqual(['old one', 'old two', 'young', 'still old']);
    expect(await keys(here, ['retire', 'k1'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/k1 is still the primary key in a process[^]*API on/),
    });

    copyFileSync(here.file, there.file);
    await sealsWith(two, 'k2');
    await until(async () => (await status(here)).next.includes('keys rewrap'));
    const rewrapped = await keys(here, ['rewrap', '--json']);
    expect(rewrapped.code).toBe(0);
    expect(JSON.parse(rewrapped.out)).toMatchObject({ sealing: 'k2', rewrapped: 3, left: 0, unopened: [] });

    expect((await status(here)).next).toContain('keys retire k1');
    const asked: string[] = [];
    const no = await keys(here, ['retire', 'k1'], { answer: 'n', onAsk: (text) => asked.push(text) });
    expect([no.code, no.err]).toEqual([1, 'error: No changes made.\n']);
    expect(asked).toEqual([
      `Retire k1 and remove it from ${here.file}? Database backups that were made with it cannot be used without it, and owner links signed with it stop working. [y/N] `,
    ]);
    expect((await keys(here, ['retire', 'k1'])).code).toBe(2);
    expect(idsIn(here.read())).toEqual(['k2', 'k1']);
    expect(await keys(here, ['retire', 'k1', '--yes'])).toMatchObject({ code: 0 });
    expect(idsIn(here.read())).toEqual(['k2']);
    await until(() => one.sealer.ring.keys.length === 1);
    expect(await read()).toEqual(['old one', 'old two', 'young', 'still old']);
    copyFileSync(here.file, there.file);
    await until(async () => (await status(here)).next === 'No action needed.');

    // The next rotation takes a name of its own.
    await keys(here, ['rotate']);
    expect(idsIn(here.read())).toEqual(['k2', 'k3']);
  });

  test('--force lets it seal all the same', async () => {
    const [here, there] = [keyFile(), keyFile()];
    const [one] = [start('worker', here), start('API', there)];
    await announced(2);
    await keys(here, ['rotate']);
    expect((await keys(here, ['rotate'])).code).toBe(1);
    expect((await keys(here, ['rotate', '--force'])).code).toBe(0);
    await sealsWith(one, 'k2');
    const spreading = await keys(here, ['rewrap']);
    expect([spreading.code, spreading.err]).toEqual([1, expect.stringContaining('Not every process has k2')]);
  });

  test('--wait does both on one machine, and waits for every process', async () => {
    const copy = keyFile();
    const [one, two] = [start('worker', copy), start('API', copy)];
    await announced(2);
    const ran = await keys(copy, ['rotate', '--wait'], { onPause: () => new Promise(setImmediate) });
    expect(ran).toMatchObject({ code: 0, err: expect.stringMatching(/have k2 …\n[^]*seal with k2 …\n/) });
    expect([one.sealer.ring.sealing.id, two.sealer.ring.sealing.id]).toEqual(['k2', 'k2']);
  });

  test('--wait that is stopped goes on from there the next time', async () => {
    const [here, there] = [keyFile(), keyFile()];
    start('worker', here);
    start('API', there);
    await announced(2);
    const stop = new AbortController();
    const stopped = await keys(here, ['rotate', '--wait'], { stop, onPause: () => stop.abort() });
    expect(stopped).toMatchObject({ code: 1, err: expect.stringContaining('Not all processes have k2 yet') });
    const ran = await keys(here, ['rotate', '--wait'], {
      onPause: async () => {
        copyFileSync(here.file, there.file);
        await new Promise(setImmediate);
      },
    });
    expect([ran.code, idsIn(here.read())]).toEqual([0, ['k2', 'k1']]);
  });

  test('two at once: one is refused, one key is added', async () => {
    const copy = keyFile();
    const codes = (await Promise.all([keys(copy, ['rotate']), keys(copy, ['rotate'])])).map(
      ({ code }) => code,
    );
    // The second may also come when the first is done, and then goes on with the next step.
    expect(codes).toContain(0);
    expect(idsIn(copy.read()).sort()).toEqual(['k1', 'k2']);
  });
});

describe('rotate, with the ring in the variable', () => {
  const env = () => ({ DATABASE_URL: databaseUrl, EVERGRANT_KEYS: K1 });

  test('says that it cannot be changed from here', async () => {
    const ran = await keys({ env: env() }, ['rotate']);
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('--out <file>')]);
  });

  test('--out writes the ring of each step to a new file, never over another', async () => {
    const [first, second] = [join(temporaryFolder(), 'one'), join(temporaryFolder(), 'two')];
    expect(await keys({ env: env() }, ['rotate', '--out', first])).toMatchObject({ code: 0 });
    const ring = readFileSync(first, 'utf8').trim();
    expect([idsIn(ring), statSync(first).mode & 0o777]).toEqual([['k1', 'k2'], 0o600]);

    const again = await keys({ env: env() }, ['rotate', '--out', first]);
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/exists/i)]);
    expect(readFileSync(first, 'utf8').trim()).toBe(ring);

    const next = { env: { ...env(), EVERGRANT_KEYS: ring } };
    expect((await keys(next, ['rotate', '--out', second])).code).toBe(0);
    expect(idsIn(readFileSync(second, 'utf8').trim())).toEqual(['k2', 'k1']);
  });

  test('retire says what to take out', async () => {
    const ring = `${key('k2', 2)},${K1}`;
    await keys({ env: { ...env(), EVERGRANT_KEYS: ring } }, ['rewrap']);
    const ran = await keys({ env: { ...env(), EVERGRANT_KEYS: ring } }, ['retire', 'k1', '--yes']);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('"k1:" from EVERGRANT_KEYS') });
    // Whoever starts with it first is refused from now on.
    const behind = await keys({ env: env() }, ['rewrap']);
    expect([behind.code, behind.err]).toEqual([1, expect.stringContaining('was retired')]);
  });
});

describe('rewrap', () => {
  test('goes on past rows that do not open, names them, and changes nothing in them', async () => {
    const rows = [await connect('fine'), await connect('broken'), await connect('foreign')];
    const [fine, broken, foreign] = rows.map(({ id }) => id);
    await stack.pool.query(
      `update token_versions set sealed = set_byte(sealed, 400, 1 # get_byte(sealed, 400)) where integration_id = $1`,
      [broken],
    );
    await stack.pool.query(`update token_versions set key_id = 'gone' where integration_id = $1`, [foreign]);
    const sealed = async (id?: string) =>
      (await stack.pool.query('select sealed, key_id from token_versions where integration_id = $1', [id]))
        .rows;
    const before = [await sealed(broken), await sealed(foreign)];

    const test = `test:${KEYS.sealing.bytes.toString('base64')}`;
    const copy = keyFile(`${K1},${test}`);
    const ran = await keys(copy, ['rewrap', '--json']);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({ rewrapped: 1, left: 2 });
    expect(JSON.parse(ran.out).unopened).toEqual(
      expect.arrayContaining([
        { table: 'token_versions', key: [broken, 1], keyId: 'test', problem: 'decrypt_failed' },
        { table: 'token_versions', key: [foreign, 1], keyId: 'gone', problem: 'key_unavailable' },
      ]),
    );
    expect(ran.err).toContain(`token_versions ${broken} 1: decrypt_failed (test)`);
    expect([await sealed(broken), await sealed(foreign)]).toEqual(before);
    expect((await sealed(fine))[0].key_id).toBe('k1');
    const services = start('worker', copy);
    expect((await usableToken(stack.pool, services.sealer, fine!, Date.now())).token.reveal()).toMatch(/^IG/);
  });

  test('with nothing to do it says so at once', async () => {
    expect(await keys(keyFile(), ['rewrap'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^0 rows were re-encrypted with k1/),
    });
  });
});

describe('retire', () => {
  test.each([
    ['the key that seals', 'k1', /k1 is the primary key/],
    [
      'a key that rows need',
      'test',
      /test is still needed to decrypt rows \(tokens 1, texts 0, webhook secrets 0, webhook secrets that end 0, connections under way 0\)/,
    ],
    ['a key that never was', 'k9', /Key "k9" not found/],
  ])('refuses %s', async (_name, id, says) => {
    await connect('needy');
    const test = `test:${KEYS.sealing.bytes.toString('base64')}`;
    const copy = keyFile(`${K1},${test}`);
    const ran = await keys(copy, ['retire', id]);
    expect([ran.code, ran.err]).toEqual([1, expect.stringMatching(says)]);
    expect(idsIn(copy.read())).toEqual(['k1', 'test']);
  });
});

test('in the folder of an npm start its database and its key file are used', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'database-url'), `${databaseUrl}\n`);
  writeFileSync(join(folder, 'encryption-keys'), `${K1}\n`);
  const ran = await keys({ env: { EVERGRANT_DATA_DIR: folder } }, ['rotate']);
  expect(ran.code).toBe(0);
  expect(idsIn(readFileSync(join(folder, 'encryption-keys'), 'utf8'))).toEqual(['k1', 'k2']);
  expect(existsSync(join(folder, 'encryption-keys.new'))).toBe(false);
});

test.each([
  ['keys', 'retire'],
  ['keys', 'turn'],
  ['keys', 'rotate', '--wait', '--out', 'x'],
])('wrong usage is exit code 2: %s %s', async (...args) => {
  expect((await evergrant(args, { env: keyFile().env })).code).toBe(2);
});
