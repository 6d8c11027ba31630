import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { EVENT_TYPES } from '../../core/deliveries/events';
import { type Block, blocksOf, missingLine, stepsOf } from '../support/document-blocks';
import { type Everything, prepareEverything } from '../support/everything';

/**
 * Whoever copies the documents' commands, block by block, gets what they show. Each document is one shell, in the folder
 * of an `npm start`, after the README's. What cannot run there is marked in the document, with the reason.
 */

const ROOT = join(__dirname, '..', '..');
const COMMANDS = ['console', 'sh'];
const OTHERS = ['css', 'env', 'html', 'js', 'json', 'jsx', 'mermaid', 'sql', 'text', 'yaml'];
const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...['plain', 'react', 'supabase', 'workflow'].map((name) => `examples/${name}/README.md`),
];
/** The walkthrough comes before what changes its accounts. */
const ORDER = ['README.md', 'docs/walkthrough.md'];

let everything: Everything;
beforeAll(async () => {
  everything = await prepareEverything();
  await everything.ready(everything.start());
}, 150_000);
afterAll(() => everything.remove());

const ran = (block: Block) => COMMANDS.includes(block.language) && block.notRun === null;
const WITH_COMMANDS = [...ORDER, ...DOCUMENTS.filter((name) => !ORDER.includes(name))].filter((name) =>
  blocksOf(name).some(ran),
);

test.each(DOCUMENTS)('%s says of each block what it is, and why it is not run', (file) => {
  for (const { at, language, text, notRun } of blocksOf(file)) {
    expect([at, language]).toEqual([at, expect.stringMatching(`^(${[...COMMANDS, ...OTHERS].join('|')})$`)]);
    if (COMMANDS.includes(language)) expect([at, notRun]).not.toEqual([at, '']);
    else expect([at, text]).not.toEqual([at, expect.stringMatching(/^(\$ |curl |npx |npm )/m)]);
    if (language === 'json') expect(() => JSON.parse(text) as unknown).not.toThrow();
  }
});

test.each(WITH_COMMANDS)('what %s shows can be copied, and does what it shows', async (file) => {
  const shell = openShell(everything);
  try {
    const differences = [];
    for (const block of blocksOf(file).filter(ran))
      for (const { command, output } of stepsOf(block)) {
        const { code, printed } = await (block.runsOn ? serve(command, output) : shell.run(command));
        const failed = code !== (output.some((line) => line.startsWith('error: ')) ? 1 : 0);
        const missing = missingLine(output, printed);
        if (failed || missing !== null) differences.push({ at: block.at, command, code, missing, printed });
      }
    expect(differences).toEqual([]);
  } finally {
    shell.close();
  }
}, 60_000);

/** The example of each event, by type. */
const catalogue = new Map(
  blocksOf('docs/events.md')
    .filter(({ language }) => language === 'json')
    .map(({ text }) => JSON.parse(text) as { type: string; data: Record<string, unknown> })
    .map(({ type, data }) => [type, data]),
);

test('docs/events.md has an example of every type of event', () => {
  expect([...catalogue.keys()].sort()).toEqual([...EVENT_TYPES].sort());
});

test('the events that happened meanwhile have the fields of these examples', async () => {
  const happened = [];
  for (const type of ['', '&type=audit_entry.created']) {
    const answer = await fetch(`${everything.api}/v1/events?order=newest&limit=500${type}`, {
      headers: { authorization: `Bearer ${everything.key()}` },
    });
    happened.push(...((await answer.json()) as { data: { type: string; data: object }[] }).data);
  }
  expect(new Set(happened.map(({ type }) => type)).size).toBeGreaterThan(7);
  // Where it is not known who did it, there is no actor.
  const fieldsOf = (data: object) => Object.keys(data).filter((name) => name !== 'actor').sort();
  for (const { type, data } of happened)
    expect([type, fieldsOf(data)]).toEqual([type, fieldsOf(catalogue.get(type) ?? {})]);
});

const SERVER_STARTS_WITHIN_MS = 15_000;

/** Runs a server, on any port, until it has printed what is shown or ends by itself. */
async function serve(command: string, shown: string[]): Promise<{ code: number; printed: string }> {
  const child = spawn('bash', ['-c', `exec 2>&1; ${hereOf(everything)(command)}`], {
    cwd: ROOT,
    env: { ...everything.env, PORT: '0' },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const stop = () => process.kill(-child.pid!, 'SIGTERM');
  const deadline = setTimeout(stop, SERVER_STARTS_WITHIN_MS);
  child.once('exit', () => clearTimeout(deadline));
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (missingLine(shown, printed) !== null) continue;
    stop();
    return { code: 0, printed };
  }
  return { code: child.exitCode ?? 1, printed };
}

/** Puts the addresses of this installation into a command. */
function hereOf({ api, simulator, dataDir }: Everything): (command: string) => string {
  return (command) =>
    command
      .replaceAll('http://127.0.0.1:3000', api)
      .replaceAll('http://127.0.0.1:4010', simulator)
      .replaceAll('.data/', `${dataDir}/`);
}

/** One bash, in which variables and functions stay. Its addresses are those of this installation. */
function openShell(everything: Everything) {
  const { env } = everything;
  const child = spawn('bash', ['--norc'], { cwd: ROOT, env: { ...env, NO_COLOR: '1' }, stdio: 'pipe' });
  child.stdin.write(`exec 2>&1\nnpx() { shift; ${process.execPath} cli/evergrant.js "$@"; }\n`);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const here = hereOf(everything);
  return {
    async run(command: string) {
      const end = `--end-${Math.random()}--`;
      child.stdin.write(`${here(command)}\nCODE=$?; echo; echo "${end} $CODE"\n`);
      const printed: string[] = [];
      for (;;) {
        const { value, done } = (await lines.next()) as { value: string; done?: boolean };
        if (done) throw new Error(`the shell ended at: ${command}\n${printed.join('\n')}`);
        if (value.startsWith(end)) return { code: Number(value.slice(end.length)), printed: printed.join('\n') };
        printed.push(value);
      }
    },
    close: () => child.kill(),
  };
}
