import { type Pool } from 'pg';
import { KeyMismatch, KeyRetired, createKeyChecks } from '../../../adapters/encryption/key-check';
import { keyRing, parseKeyRing } from '../../../adapters/encryption/key-ring';
import { DecryptFailed, KeyUnavailable, createSealer } from '../../../adapters/encryption/sealer';
import { createPool } from '../../../adapters/postgres/pool';
import { Secret } from '../../../core/access/secret';
import { type TestDatabase, createTestDatabase } from '../../support/database';
import { keyBytes } from '../../support/key-bytes';

const ring = (id: string, byte: number) => parseKeyRing(`${id}:${keyBytes(byte).toString('base64')}`);
const both = (sealing: ReturnType<typeof ring>, other: ReturnType<typeof ring>) =>
  keyRing([...sealing.keys, ...other.keys]);
const context = { integration: 'int_1', provider: 'instagram', version: '1', purpose: 'token' };
let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
afterEach(() => pool.query('delete from key_checks'));

const sealerWith = (keys: ReturnType<typeof ring>) => createSealer(keys, { checks: createKeyChecks(pool) });
const checked = async () => {
  const { rows } = await pool.query<{ key_id: string }>('select key_id from key_checks order by key_id');
  return rows.map(({ key_id }) => key_id);
};

test('every key of the ring gets a check value, once', async () => {
  await sealerWith(both(ring('a', 1), ring('b', 2))).verifyAll();
  const first = await pool.query('select * from key_checks');
  await sealerWith(both(ring('b', 2), ring('a', 1))).verifyAll();
  expect((await pool.query('select * from key_checks')).rows).toEqual(first.rows);
  expect(await checked()).toEqual(['a', 'b']);
});

test('wrong bytes under a known name are noticed, also of a key that does not seal', async () => {
  await sealerWith(both(ring('a', 1), ring('b', 2))).verifyAll();
  const wrong = sealerWith(both(ring('a', 1), ring('b', 9)));
  await expect(wrong.verifyAll()).rejects.toMatchObject({ name: 'KeyMismatch', keyId: 'b' });
  await expect(wrong.verify()).resolves.toBeUndefined();
});

test('a ring that is refused leaves no check value of its other keys', async () => {
  await sealerWith(ring('a', 1)).verifyAll();
  await expect(sealerWith(both(ring('b', 2), ring('a', 9))).verifyAll()).rejects.toBeInstanceOf(KeyMismatch);
  expect(await checked()).toEqual(['a']);
});

test('of two processes that see a new name first with other bytes each, one is refused', async () => {
  const results = await Promise.allSettled([
    sealerWith(ring('a', 1)).seal(new Secret('x'), context),
    sealerWith(ring('a', 2)).seal(new Secret('x'), context),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('nothing is sealed with wrong bytes, even by a process that has verified nothing', async () => {
  await sealerWith(ring('a', 1)).verifyAll();
  const sealing = sealerWith(ring('a', 9)).seal(new Secret('x'), context);
  await expect(sealing).rejects.toBeInstanceOf(KeyMismatch);
});

test('a right key is distinguished from a damaged value, and a wrong key from both', async () => {
  const sealed = await sealerWith(ring('a', 1)).seal(new Secret('x'), context);
  const elsewhere = { ...context, version: '2' };
  await expect(sealerWith(ring('a', 1)).open(sealed, elsewhere)).rejects.toBeInstanceOf(DecryptFailed);
  await expect(sealerWith(ring('a', 9)).open(sealed, context)).rejects.toBeInstanceOf(KeyUnavailable);
});

test('a retired key opens and seals nothing', async () => {
  const before = sealerWith(ring('a', 1));
  const sealed = await before.seal(new Secret('x'), context);
  await pool.query('update key_checks set retired_at = now()');
  const after = sealerWith(ring('a', 1));
  await expect(after.seal(new Secret('y'), context)).rejects.toBeInstanceOf(KeyRetired);
  await expect(after.verifyAll()).rejects.toBeInstanceOf(KeyRetired);
  expect((await after.open(sealed, context)).reveal()).toBe('x');
  await expect(sealerWith(both(ring('b', 2), ring('a', 1))).verifyAll()).resolves.toBeUndefined();
});

test('what was verified just now can be sealed while the database is away; what was not cannot', async () => {
  const own = createPool(database.url);
  const sealer = createSealer(ring('a', 1), { checks: createKeyChecks(own) });
  await sealer.verify();
  await own.end();
  expect((await sealer.seal(new Secret('x'), context)).keyId).toBe('a');
  const unverified = createSealer(ring('a', 1), { checks: createKeyChecks(own) });
  await expect(unverified.seal(new Secret('x'), context)).rejects.toThrow(/pool/);
});
