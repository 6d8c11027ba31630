import { nextStep } from '../../../services/keys/next-step';
import { type KeyReport, type KeysReport } from '../../../services/keys/report';

const key = (id: string, role: KeyReport['role'], more: Partial<KeyReport> = {}): KeyReport => ({
  id,
  role,
  check: role === 'missing' ? null : 'opens',
  rows: { token_versions: 0, sealed_payloads: 0 },
  heldBy: [],
  sealedBy: [],
  ...more,
});
const process = (name: string, keyIds: string[]) => ({
  name,
  keyIds,
  sealingId: keyIds[0]!,
  seenSecondsAgo: 1,
});
const report = (keys: KeyReport[], processes: KeysReport['processes'] = [], source = 'file' as const) => ({
  source,
  keys,
  processes,
});
const three = { rows: { token_versions: 2, sealed_payloads: 1 } };

test.each<[string, KeysReport, RegExp]>([
  ['one key', report([key('k1', 'seals')]), /^No action needed/],
  [
    'a missing key, before everything else',
    report([key('k1', 'seals', { check: 'other_bytes' }), key('k0', 'missing', three)]),
    /^Restore key k0 in the key ring: 3 rows need it/,
  ],
  [
    'a key that only a process has',
    report([key('k1', 'seals'), key('k2', 'missing', { heldBy: ['API'] })], [process('API', ['k2', 'k1'])]),
    /^Restore key k2 in the key ring: API has it/,
  ],
  ['wrong bytes', report([key('k1', 'seals', { check: 'other_bytes' })]), /^Correct key k1 .*bytes/],
  [
    'a new key that one process lacks',
    report(
      [key('k1', 'seals'), key('k2', 'next')],
      [process('worker', ['k1', 'k2']), process('API', ['k1'])],
    ),
    /^Copy the key file to API: key k2 is not there yet/,
  ],
  [
    'the same with the ring in the variable',
    {
      ...report([key('k1', 'seals'), key('k2', 'next')], [process('API', ['k1'])]),
      source: 'variable',
    },
    /^Restart API with the new key ring/,
  ],
  [
    'a new key that every process has',
    report([key('k1', 'seals'), key('k2', 'next')], [process('API', ['k1', 'k2'])]),
    /^Run `npx evergrant keys rotate` again/,
  ],
  [
    'a process that still seals with the old key',
    report([key('k2', 'seals'), key('k1', 'opens')], [process('API', ['k1', 'k2'])]),
    /^Copy the key file to API: it does not encrypt with k2 yet/,
  ],
  [
    'rows of an old key',
    report([key('k2', 'seals'), key('k1', 'opens', three)], [process('API', ['k2', 'k1'])]),
    /^Run `npx evergrant keys rewrap`: older keys still encrypt 3 rows/,
  ],
  [
    'an old key without rows',
    report([key('k2', 'seals'), key('k1', 'opens'), key('k0', 'retired')]),
    /^Run `npx evergrant keys retire k1`/,
  ],
])('%s', (_name, given, says) => {
  expect(nextStep(given)).toMatch(says);
});
