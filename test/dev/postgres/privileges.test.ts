import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { postgresEnvironment, postgresProgram } from '../../../dev/postgres/postgres-cluster';
import { clusterUser, giveTo } from '../../../dev/postgres/privileges';
import { runToEnd } from '../../../dev/process/processes';
import { temporaryFolder } from '../../support/temporary-folder';

const isRoot = process.getuid?.() === 0;

(isRoot ? test : test.skip)(
  'as root, programs and data in a folder closed to others serve an ordinary user',
  async () => {
    const closed = temporaryFolder();
    const native = join(dirname(postgresProgram('postgres')), '..');
    cpSync(native, join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    const data = join(closed, 'data');
    mkdirSync(data);
    const user = clusterUser(data);
    expect(user!.uid).not.toBe(0);
    giveTo(user, data);
    const command = join(closed, 'native', 'bin', 'initdb');
    await runToEnd({ command, args: ['--no-sync', '--pgdata', data], env: postgresEnvironment(), user });
  },
);

(isRoot ? test : test.skip)('a cluster keeps its user, whoever else could run it', () => {
  const data = temporaryFolder();
  giveTo({ uid: 4242, gid: 4243 }, data);
  expect(clusterUser(data)).toEqual({ uid: 4242, gid: 4243 });
});
