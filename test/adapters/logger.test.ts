import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SECRET_NAMES } from '../../adapters/logger';

const FIXTURE = join(__dirname, 'fixtures', 'log-everything.ts');

test('blanks what has the name of a secret, up to two levels down, and shows the rest', () => {
  const { stderr } = spawnSync(process.execPath, ['-r', 'tsx/cjs', FIXTURE], { encoding: 'utf8' });
  const line = JSON.parse(stderr);
  expect(stderr).not.toContain('canary');
  for (const name of SECRET_NAMES) {
    expect(line[name]).toBe('[redacted]');
    expect(line.call[name]).toBe('[redacted]');
    expect(line.call.config[name]).toBe('[redacted]');
  }
  expect(line).toMatchObject({ integrationId: 'int_1', wrapped: '[secret]', msg: 'everything' });
});
