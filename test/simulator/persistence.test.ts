import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '../../simulator/index';
import { until } from '../support/until';
import { BASIC, consent, DAY_S, exchangeForm, refreshQuery, sandbox, shop, START } from './sandbox';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evergrant-simulator-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a simulator goes on from a snapshot of another: accounts, tokens, codes, messages, modes and time', async () => {
  const before = sandbox();
  const { token } = shop(before, 2);
  const code = await consent(before, 'shop');
  before.simulator.setMode({ refreshReturns: 'same' });
  before.simulator.scriptLogin({ decision: 'deny' });
  const after = sandbox({ snapshot: JSON.parse(JSON.stringify(before.simulator.snapshot())) });
  expect(after.simulator.snapshot()).toEqual(before.simulator.snapshot());
  expect((await after.form('/oauth/access_token', exchangeForm(code))).status).toBe(200);
  after.advance(2 * DAY_S);
  const { body } = await after.get('/refresh_access_token', refreshQuery(token));
  expect(body.access_token).toBe(token);
  const third = sandbox({ snapshot: after.simulator.snapshot() });
  expect(third.simulator.clock.now()).toBe(START + 2 * DAY_S * 1_000);
});

test('a state file of the first version is read: what it does not know is as it was then', async () => {
  const file = join(folder, 'simulator.json');
  const token = { value: 'IGAAold', kind: 'long', scopes: [BASIC], issuedAt: START, expiresAt: START + 1e9 };
  writeFileSync(
    file,
    JSON.stringify({
      version: 1,
      seed: 'old',
      counter: 7,
      clockOffsetMs: 0,
      messageSeq: 1,
      accounts: [
        {
          id: '178410000000000001',
          appScopedId: '27000000000000001',
          username: 'old',
          name: 'old',
          accountType: 'BUSINESS',
          createdAt: START,
          subscribedFields: [],
          tokens: [{ ...token, invalid: null }],
          conversations: [
            {
              id: 'c1',
              customer: { id: '1602510301006188', username: 'mia' },
              messages: [{ id: 'm1', seq: 1, at: START, direction: 'inbound', text: 'hi' }],
            },
          ],
        },
      ],
      codes: [],
      login: null,
      mode: { refreshReturns: 'same', exchangeShape: 'data_array' },
    }),
  );
  const box = sandbox({ saveTo: file });
  expect(box.simulator.messages('old')).toHaveLength(1);
  expect((await box.get('/me', { access_token: 'IGAAold' })).status).toBe(200);
  expect(box.simulator.setMode({})).toMatchObject({ refreshReturns: 'same', webhooks: 'at_once' });
  expect((await box.get('/_sim/webhooks')).body.callbackUrl).toBeNull();
});

test('identifiers made after a snapshot are new', () => {
  const before = createSimulator({ seed: 'same' });
  const first = before.addAccount({ username: 'first' });
  const after = createSimulator({ snapshot: before.snapshot() });
  expect(after.addAccount({ username: 'second' }).id).not.toBe(first.id);
});

test('a snapshot does not change with its simulator', () => {
  const simulator = createSimulator();
  const snapshot = simulator.snapshot();
  simulator.addAccount({ username: 'shop' });
  expect(snapshot.accounts).toEqual([]);
});

test('what is no snapshot is refused', () => {
  expect(() => createSimulator({ snapshot: { accounts: [] } })).toThrow();
});

describe('a simulator with a file', () => {
  test('writes it soon after a change, whole and for the owner only', async () => {
    const file = join(folder, 'data', 'simulator.json');
    const simulator = createSimulator({ saveTo: file });
    simulator.addAccount({ username: 'shop' });
    await until(() => existsSync(file));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(simulator.snapshot());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'data'))).toEqual(['simulator.json']);
    simulator.close();
  });

  test('writes what is unwritten when it closes, and goes on from there', () => {
    const file = join(folder, 'simulator.json');
    const first = createSimulator({ saveTo: file });
    first.clock.advance(5_000);
    const { id } = first.addAccount({ username: 'shop' });
    first.close();
    const second = createSimulator({ saveTo: file });
    expect(second.account('shop').id).toBe(id);
    expect(second.snapshot().clockOffsetMs).toBe(5_000);
  });

  test.each(['at once', 'after the file was written'])('killed %s, it has lost nothing', async (when) => {
    const file = join(folder, 'simulator.json');
    const killed = createSimulator({ saveTo: file });
    if (when !== 'at once') {
      killed.addAccount({ username: 'first' });
      killed.flush();
    }
    killed.addAccount({ username: 'shop' });
    const token = killed.generateToken('shop');
    killed.clock.advance(5_000);
    killed.setMode({ refreshReturns: 'same' });
    killed.invalidate('shop', 460);
    killed.addAccount({ username: 'other' });
    killed.reset();
    killed.addAccount({ username: 'last' });
    const state = killed.snapshot();
    expect(JSON.stringify(state)).not.toContain(token);
    // A second one that is killed before it changed anything leaves what it found.
    expect(createSimulator({ saveTo: file }).snapshot()).toEqual(state);
    const third = createSimulator({ saveTo: file });
    third.addAccount({ username: 'later' });
    expect(createSimulator({ saveTo: file }).snapshot()).toEqual(third.snapshot());
  });

  test('a change that was cut off is left out, and changes of an older file are not applied', () => {
    const file = join(folder, 'simulator.json');
    const simulator = createSimulator({ saveTo: file });
    simulator.addAccount({ username: 'shop' });
    const before = simulator.snapshot();
    simulator.addAccount({ username: 'half' });
    const changes = readFileSync(`${file}.changes`, 'utf8');
    writeFileSync(`${file}.changes`, changes.slice(0, changes.lastIndexOf('{"counter"') + 40));
    const names = () =>
      createSimulator({ saveTo: file })
        .snapshot()
        .accounts.map(({ username }) => username);
    expect(names()).toEqual(before.accounts.map(({ username }) => username));
    writeFileSync(file, JSON.stringify(before));
    expect(createSimulator({ saveTo: file }).snapshot()).toEqual(before);
  });

  test('each change is one line about its account alone', () => {
    const file = join(folder, 'simulator.json');
    const simulator = createSimulator({ saveTo: file });
    for (let n = 0; n < 50; n++) simulator.addAccount({ username: `shop.${n}` });
    simulator.flush();
    simulator.generateToken('shop.7');
    simulator.setMode({ refreshReturns: 'same' });
    const [, ...lines] = readFileSync(`${file}.changes`, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object).at(-1))).toEqual([
      'account',
      'settings',
    ]);
    expect(lines.join('')).not.toContain('shop.8');
  });

  test('writes nothing when nothing changed', () => {
    const file = join(folder, 'simulator.json');
    createSimulator({ saveTo: file }).close();
    expect(existsSync(file)).toBe(false);
  });

  test('names the file that it cannot read, and leaves it as it is', () => {
    const file = join(folder, 'simulator.json');
    writeFileSync(file, '{"version":1');
    expect(() => createSimulator({ saveTo: file })).toThrow(file);
    expect(readFileSync(file, 'utf8')).toBe('{"version":1');
  });

  test('reports that it cannot write, and goes on', async () => {
    const errors: Error[] = [];
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    const simulator = createSimulator({
      saveTo: join(blocked, 'simulator.json'),
      snapshot: createSimulator().snapshot(),
      onSaveError: (error) => errors.push(error),
    });
    simulator.addAccount({ username: 'shop' });
    await until(() => errors.length > 0);
    expect(simulator.accounts()).toHaveLength(1);
  });
});

test('every change is reported to listeners, and reading is no change', async () => {
  let changes = 0;
  const box = sandbox({ onChange: () => changes++ });
  const changed = async (action: () => unknown) => {
    const before = changes;
    await action();
    return changes > before;
  };
  expect(await changed(() => shop(box, 1))).toBe(true);
  expect(await changed(() => box.advance(1))).toBe(true);
  expect(await changed(() => box.simulator.receive('shop', { text: 'hi' }))).toBe(true);
  expect(await changed(() => consent(box, 'shop'))).toBe(true);
  expect(await changed(() => box.simulator.invalidate('shop'))).toBe(true);
  expect(await changed(() => box.simulator.setMode({ refreshReturns: 'same' }))).toBe(true);
  expect(await changed(() => box.get('/me'))).toBe(false);
  expect(await changed(() => box.get('/_sim/accounts'))).toBe(false);
});
