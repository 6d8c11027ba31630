import { spawnSync } from 'node:child_process';
import { evergrant } from '../support/cli';

const VERBS = [
  ...[
    'worker',
    'api',
    'simulator',
    'migrate',
    'connect',
    'list',
    'status',
    'refresh',
    'recheck',
    'pause',
    'resume',
  ],
  ...['disconnect', 'reconnect-link', 'events', 'fleet', 'audit', 'console', 'doctor', 'sandbox'],
  ...['api-keys', 'console-sessions', 'connect-links', 'embed-tokens', 'contact'],
  ...['webhooks', 'deliveries', 'mail', 'completion', 'import', 'export'],
];
const SANDBOX_VERBS = ['advance', 'clock', 'account', 'login', 'invalidate', 'outage', 'inbound'];

test.each([
  [[]],
  [['lst']],
  [['list', '--colour']],
  [['list', '--state', 'asleep']],
  [['list', '--reason', 'boredom']],
  [['list', '--limit', '0']],
  [['list', '--limit', 'many']],
  [['list', '--expiring-within-days', '-1']],
  [['list', 'extra']],
  [['status']],
  [['status', 'a', 'b']],
  [['connect']],
  [['connect', '--owner-ref']],
  [['events', '--type', 'token.stolen']],
  [['sandbox']],
  [['sandbox', 'advance']],
  [['sandbox', 'advance', '46']],
  [['sandbox', 'advance', '1 week']],
  [['sandbox', 'outage', 'maybe']],
  [['sandbox', 'inbound', 'shop']],
  [['audit', 'walk']],
  [['connect-links', 'revoke']],
  [['connect-links', 'revoke', 'lnk_1', '--integration', 'int_1']],
  [['api-keys', 'create', '--name', 'x', '--scope', 'everything']],
  [['api-keys', 'create', '--name', 'x']],
  [['console-sessions', 'end']],
  [['simulator', '--port', 'eighty']],
  [['doctor', '--server', '--provider']],
  [['completion', 'tcsh']],
  [['deliveries', 'retry', 'dlv_1', '--endpoint', 'whe_1']],
  [['import']],
  [['import', 'a.csv', '--zone', '+02:00']],
  [['import', 'a.csv', '--map', 'token']],
  [['import', 'a.csv', '--from-database', 'postgres://x/y', '--query', 'select 1']],
  [['import', 'a.csv', '--table', 'channels']],
  [['import', '--from-database', 'postgres://x/y']],
  [['import', '--from-database', 'mysql://x/y', '--query', 'select 1']],
  [['import', 'a.csv', '--report', 'a.csv']],
  [['import', 'a.csv', '--status', 'active']],
  [['export', '--format', 'xml']],
])('ends with 2 and says what is wrong: %j', async (args) => {
  const { code, out, err } = await evergrant(args);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).not.toBe('');
});

test('suggests the verb that was meant', async () => {
  expect((await evergrant(['lst'])).err).toContain('Did you mean list?');
});

test('help names every verb with a sentence, and ends with 0', async () => {
  const { code, out } = await evergrant(['--help']);
  expect(code).toBe(0);
  for (const verb of VERBS) expect(out).toMatch(new RegExp(`^  ${verb}\\b.* {2}[A-Z]`, 'm'));
});

test.each([...VERBS.map((verb) => [verb]), ...SANDBOX_VERBS.map((verb) => ['sandbox', verb])])(
  'help on %s %s says what every option does',
  async (...words) => {
    const args = words.filter((word): word is string => typeof word === 'string');
    const { code, out } = await evergrant([...args, '--help']);
    expect(code).toBe(0);
    const options = out.split('\n').filter((line) => /^ {2}(-\w, )?--/.test(line));
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(option).toMatch(/^ {2}\S.* {2}\S/);
  },
);

test('help prints what --help does on every command, however deep', async () => {
  const commands: string[][] = [[]];
  for (const words of commands) {
    if (words[0] === 'temporal') continue; // Its --help is that of the Temporal CLI.
    const [help, option] = [await evergrant(['help', ...words]), await evergrant([...words, '--help'])];
    expect(help).toEqual({ code: 0, out: option.out, err: '' });
    expect(help.out).toContain(`Usage: ${['evergrant', ...words].join(' ')} `);
    const listed = words.length === 0 ? help.out : (help.out.split('\nCommands:\n')[1] ?? '');
    const below = [...listed.matchAll(/^ {2}([a-z-]+)(?: .*)?$/gm)].map(([, name]) => name!);
    commands.push(...below.filter((name) => name !== 'help').map((name) => [...words, name]));
  }
  expect(commands.map((words) => words.join(' '))).toEqual(
    expect.arrayContaining(['list', 'sandbox advance', 'keys rotate', 'api-keys create', 'audit run']),
  );
});

test.each([[['help', 'lst']], [['help', 'sandbox', 'fly']], [['help', 'list', 'all']]])(
  'there is no help on what does not exist: %j',
  async (args) => {
    const { code, out, err } = await evergrant(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`unknown command '${args.at(-1)}'`);
  },
);

test('prints its version', async () => {
  const { code, out } = await evergrant(['--version']);
  expect(code).toBe(0);
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

const COMPLETIONS: [typed: string, expected: string[]][] = [
  ['', ['list', 'sandbox', 'api-keys']],
  ['l', ['list']],
  ['sandbox adv', ['advance']],
  ['deliveries list --st', ['--status']],
  ['list --state active --reas', ['--reason']],
];
/** What each shell offers; fish, which the project does not ask for, where it is there. */
const SHELLS: Record<string, (script: string, typed: string) => string> = {
  bash(script, typed) {
    const complete = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _evergrant; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['-c', `${script}\n${complete}`, 'bash', 'evergrant', ...typed.split(' ')]);
  },
  fish: (script, typed) => run('fish', ['-c', `${script}\ncomplete -C 'evergrant ${typed}'`]),
};
const run = (command: string, args: string[]) => spawnSync(command, args, { encoding: 'utf8' }).stdout;
const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe.each(Object.keys(SHELLS).filter(isThere))('%s', (shell) => {
  test.each(COMPLETIONS)('completes "evergrant %s"', async (typed, expected) => {
    const { out } = await evergrant(['completion', shell]);
    const words = SHELLS[shell]!(out, typed)
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]);
    expect(words).toEqual(expect.arrayContaining(expected));
    if (typed) expect(words).toHaveLength(expected.length);
  });
});

test('completes with descriptions in fish', async () => {
  const { code, out } = await evergrant(['completion', 'fish']);
  expect(code).toBe(0);
  const at = (path: string) => `complete -c evergrant -n 'test "$(__evergrant_path)" = "${path}"'`;
  const lines = out.split('\n');
  expect(lines).toContain(`${at('')} -f -a pause -d 'Pause scheduled refreshes until 3 days before expiry.'`);
  expect(lines).toContain(`${at('/webhooks/remove')} -l yes -s y -d 'do not ask for confirmation'`);
  expect(out).toMatch(/= "\/list"' -l state -x -a 'pending active [^']+' -d '/);
  // Quotes within descriptions are escaped.
  expect(lines.filter((line) => line.replace(/\\['\\]/g, '').split("'").length % 2 === 0)).toEqual([]);
});
