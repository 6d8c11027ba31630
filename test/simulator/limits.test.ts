import { createFaults } from '../../simulator/faults/faults';
import { createLedger } from '../../simulator/usage/ledger';
import { dropOldest, LIMITS } from '../../simulator/usage/limits';
import { createSimulator } from '../../simulator/index';
import { sandbox } from './sandbox';

const row = { at: '2026-05-20T12:00:00.000Z', method: 'GET', path: '/me', account: null, status: 200 };

test('a full ledger forgets its oldest rows and keeps counting', () => {
  const ledger = createLedger(3);
  for (let count = 0; count < 5; count++) ledger.open(row);
  expect(ledger.since({ seq: 0 }).map(({ seq }) => seq)).toEqual([3, 4, 5]);
  expect(ledger.since({ seq: 4 }).map(({ seq }) => seq)).toEqual([5]);
});

test('a cleared ledger goes on counting', () => {
  const ledger = createLedger(3);
  ledger.open(row);
  ledger.clear();
  expect(ledger.since({ seq: 0 })).toEqual([]);
  expect(ledger.open(row).seq).toBe(2);
});

test('an account forgets its oldest tokens', async () => {
  const box = sandbox();
  box.simulator.addAccount({ username: 'shop' });
  const tokens = Array.from({ length: LIMITS.tokensPerAccount + 1 }, () =>
    box.simulator.generateToken('shop'),
  );
  const status = async (token = '') => (await box.get('/me', { access_token: token })).status;
  expect(await status(tokens[0])).toBe(401);
  expect(box.simulator.requests()).toMatchObject([{ account: null }]);
  expect(await status(tokens[1])).toBe(200);
  expect(await status(tokens.at(-1))).toBe(200);
});

test('one fault too many is refused', () => {
  const faults = createFaults({ now: () => 0 });
  const fault = { match: {}, status: 500 };
  for (let count = 0; count < LIMITS.faults; count++) faults.add(fault);
  expect(() => faults.add(fault)).toThrow(String(LIMITS.faults));
});

test('one account too many is refused', () => {
  const full = createSimulator().snapshot();
  const simulator = createSimulator();
  const account = simulator.addAccount({ username: 'first' });
  const [record] = simulator.snapshot().accounts;
  if (!record) throw new Error('no account');
  full.accounts = Array.from({ length: LIMITS.accounts }, (_, index) => ({
    ...record,
    id: `${account.id}${index}`,
    username: `shop${index}`,
  }));
  expect(() => createSimulator({ snapshot: full }).addAccount({ username: 'last' })).toThrow('at most');
});

test('dropping the oldest leaves a short list alone', () => {
  const list = [1, 2, 3];
  expect(dropOldest(list, 3)).toEqual([]);
  expect(dropOldest(list, 2)).toEqual([1]);
  expect(list).toEqual([2, 3]);
});
