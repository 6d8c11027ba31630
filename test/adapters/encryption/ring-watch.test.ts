import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyMismatch } from '../../../adapters/encryption/key-check';
import { type KeyRing } from '../../../adapters/encryption/key-ring';
import { watchRing } from '../../../adapters/encryption/ring-watch';
import { type Logger } from '../../../adapters/logger';
import { afterwards, temporaryFolder } from '../../support/temporary-folder';
import { until } from '../../support/until';
import { keyBytes } from '../../support/key-bytes';

const key = (id: string, byte: number) => `${id}:${keyBytes(byte).toString('base64')}`;
const SECRET = keyBytes(5).toString('base64').slice(0, 20);

interface Entry {
  level: 'info' | 'error';
  reason?: string;
}

function start(verify: (ring: KeyRing) => Promise<void> = async () => undefined) {
  const file = join(temporaryFolder(), 'keys');
  const put = (text: string) => {
    writeFileSync(`${file}.new`, `${text}\n`);
    renameSync(`${file}.new`, file);
  };
  put(key('a', 1));
  const log: Entry[] = [];
  const logger = {
    info: (entry: object) => log.push({ ...entry, level: 'info' }),
    error: (entry: object) => log.push({ ...entry, level: 'error' }),
  } as unknown as Logger;
  const changes: KeyRing[] = [];
  const watch = watchRing(file, readFileSync(file, 'utf8'), {
    verify,
    logger,
    onChange: (ring) => changes.push(ring),
    everyMs: 5,
  });
  afterwards(() => watch.stop());
  const sealing = () => watch.current().sealing.id;
  return { file, put, log, changes, sealing, errors: () => log.filter(({ level }) => level === 'error') };
}

test('a changed file is taken up by itself', async () => {
  const { put, sealing, changes } = start();
  put(`${key('b', 2)},${key('a', 1)}`);
  await until(() => sealing() === 'b');
  expect(changes.map(({ keys }) => keys.map(({ id }) => id))).toEqual([['b', 'a']]);
});

test.each([
  ['a malformed entry', `${key('a', 1)},b=${SECRET}`, /entry 2/],
  ['a key of the wrong length', `${key('a', 1)},b:${SECRET}`, /"b"/],
  ['nothing', '', /no key/],
  ['one id twice', `${key('a', 1)},${key('a', 5)}`, /"a" twice/],
])('with %s in the file the ring stays, and one error names the entry', async (_name, text, says) => {
  const { put, sealing, errors, log } = start();
  put(text);
  await until(() => errors().length > 0);
  put(`${text} `);
  put(key('c', 3));
  await until(() => sealing() === 'c');
  expect(errors()).toEqual([expect.objectContaining({ reason: expect.stringMatching(says) })]);
  expect(JSON.stringify(log)).not.toContain(SECRET);
});

test('a ring that does not fit the database is not used; once it can be verified it is', async () => {
  let problem: Error | null = new KeyMismatch('b');
  const { put, sealing, errors } = start(async () => {
    if (problem) throw problem;
  });
  put(`${key('b', 2)},${key('a', 1)}`);
  await until(() => errors().length === 1);
  expect([sealing(), errors()[0]?.reason]).toEqual(['a', expect.stringContaining('"b"')]);
  problem = new Error('the database is away');
  await until(() => errors().length === 2);
  expect(sealing()).toBe('a');
  problem = null;
  await until(() => sealing() === 'b');
});

test('a file that is gone for a while changes nothing', async () => {
  const { file, put, sealing, errors, changes } = start();
  rmSync(file);
  await until(() => errors().length > 0);
  put(key('a', 1));
  put(`${key('b', 2)},${key('a', 1)}`);
  await until(() => sealing() === 'b');
  expect([errors().map(({ reason }) => reason), changes.length]).toEqual([['ENOENT'], 1]);
});
