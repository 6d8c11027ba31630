import { randomBytes } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Everything, type Run, prepareEverything } from '../support/everything';
import { type Mailbox, startMailbox } from '../support/mailbox';
import { until } from '../support/until';
import { EMAIL, PERSON, TEXTS, USERNAME, journey, simulatorOf } from './journey';
import { type Secret } from './patterns';
import { type Place, commandLines, dumpOf, placesOnDisk, temporalPlaces, written } from './places';
import { cli, crash, runBeside } from './processes';
import { createRecorder } from './recorder';
import { createSearch } from './search';

/** A whole deployment lives through everything, under secrets that are known; then they are looked for everywhere. */

const FEWEST_PLACES = 16;

let everything: Everything;
let folder: string;
let run: Run;
let sink: Server | undefined;
let mailbox: Mailbox | undefined;
const secrets: Secret[] = [
  { kind: 'setting', value: `canary-app-secret-${randomBytes(12).toString('hex')}` },
  { kind: 'setting', value: `canary-verify-${randomBytes(12).toString('hex')}` },
  ...Object.values(TEXTS).map((value) => ({ kind: 'text' as const, value })),
  { kind: 'e-mail', value: EMAIL },
  { kind: 'person', value: PERSON },
  { kind: 'setting', value: `canary-mail-${randomBytes(12).toString('hex')}` },
];

beforeAll(async () => {
  everything = await prepareEverything();
  folder = mkdtempSync(join(tmpdir(), 'evergrant-canary-'));
  everything.env.INSTAGRAM_APP_ID = '990602627938098';
  everything.env.INSTAGRAM_APP_SECRET = secrets[0]!.value;
  everything.env.INSTAGRAM_WEBHOOK_VERIFY_TOKEN = secrets[1]!.value;
  mailbox = await startMailbox({ password: secrets.at(-1)!.value });
  everything.env.SMTP_URL = mailbox.url;
  everything.env.EVERGRANT_OPERATOR_EMAIL = 'operators@shopdesk.example';
  everything.env.LOG_LEVEL = 'trace';
  run = everything.start();
  await everything.ready(run);
}, 120_000);
afterAll(async () => {
  sink?.closeAllConnections();
  sink?.close();
  await mailbox?.stop();
  await everything.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What consumers of webhooks are sent: lines and bodies as they come. */
function listenForWebhooks(): Promise<{ url: string; text(): string }> {
  let text = '';
  const server = createServer((request, response) => {
    text += `${request.url} ${JSON.stringify({ ...request.headers, 'webhook-signature': undefined })}\n`;
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  sink = server;
  return new Promise((resolve) =>
    server.once('listening', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
        text: () => text,
      }),
    ),
  );
}

/** A mail as it came, and as its reader sees it. */
function textOf({ raw, text, html }: Mailbox['mails'][0]): string {
  return [raw, text, html].join('\n');
}

/** Whatever Instagram ever gave, and what opens the data folder's parts. */
function noteMore(): void {
  const read = (name: string) => readFileSync(join(everything.dataDir, name), 'utf8').trim();
  secrets.push({ kind: 'api key', value: everything.key() });
  secrets.push({ kind: 'setting', value: read('postgres-password') });
  secrets.push({ kind: 'setting', value: read('encryption-keys').split(':').at(-1) ?? '' });
  noteTokens();
}

function noteTokens(): void {
  const state = readFileSync(join(everything.dataDir, 'simulator.json'), 'utf8');
  for (const [token] of state.matchAll(/\bIGAA[\w-]{20,}/g)) secrets.push({ kind: 'token', value: token });
}

test('no secret is anywhere but where it belongs', async () => {
  const recorder = createRecorder(folder, everything.api, secrets);
  const webhooks = await listenForWebhooks();
  const [api, worker] = [await runBeside(everything, 'api'), await runBeside(everything, 'worker')];
  for (const one of [api, worker])
    await until(() => one.output().includes('"msg":"ready"'), { timeoutMs: 60_000 });

  const id = await journey({
    everything,
    recorder,
    sink: webhooks,
    // Processes of their own go by the machine's clock: they do their part before the sandbox's is moved.
    async beforeTimeMoves(integrationId) {
      for (const what of ['conversations', 'token'])
        await fetch(`${api.url}/v1/integrations/${integrationId}/${what}`, {
          headers: { authorization: `Bearer ${everything.key()}` },
        });
      for (const one of [api, worker]) one.child.kill('SIGTERM');
      await Promise.all([api.ended, worker.ended]);
    },
  });
  noteMore();
  const token = secrets.findLast(({ kind }) => kind === 'token')!.value;

  const verbs = [['list'], ['status', id], ['events', '--json'], ['fleet'], ['list', '--json']];
  const shown = verbs.map((args) => cli(everything, args));
  const crashed = crash(token);
  await Promise.all([...shown, crashed].map(({ ended }) => ended));
  const metrics = await fetch(`http://127.0.0.1:${everything.env.EVERGRANT_METRICS_PORT}/metrics`);
  const ledger = await simulatorOf(everything)('GET', '/requests');
  const text = (name: string, content: string, proof: string, holds: Secret['kind'][] = []) =>
    written(folder, { name, text: content, proof, holds });

  const alive: Place[] = [
    text('command lines', commandLines(), 'postgres'),
    text('metrics', await metrics.text(), 'evergrant_integrations'),
    text('the log of what Instagram was asked', JSON.stringify(ledger), '/refresh_access_token'),
    text('what the command line prints', shown.map((one) => one.output()).join('\n'), id, [
      'e-mail',
      'person',
    ]),
    text('the output of a crash', crashed.output(), 'crashed with [secret]'),
    text('bodies of webhooks', webhooks.text(), 'integration.expired', ['link', 'person']),
    text('mails', mailbox!.mails.map(textOf).join('\n'), 'is still not connected', ['link', 'e-mail']),
    {
      name: 'problem documents',
      files: [recorder.problems],
      proof: 'reconnect_required',
      holds: ['e-mail', 'link'],
    },
    {
      name: 'answers of the API',
      files: [recorder.answers],
      proof: id,
      holds: ['e-mail', 'link', 'person'],
    },
    { name: 'pages', files: [recorder.pages], proof: 'Connected', holds: ['link'] },
    await dumpOf(everything, folder, id),
    ...(await temporalPlaces(everything, folder, id, USERNAME)),
  ];
  everything.kill('SIGTERM');
  await run.exited;
  noteTokens();
  const places = [
    ...alive,
    text('the output of everything', run.output(), 'evergrant is ready'),
    text('the log of an API', api.output(), '"msg":"ready"'),
    text('the log of a worker', worker.output(), '"msg":"ready"'),
    ...placesOnDisk(everything, id),
  ];

  const search = createSearch(secrets, folder);
  const found = places.flatMap(({ name, files, holds = [] }) =>
    search(files)
      .filter(({ kind }) => !holds.includes(kind))
      .map((hit) => ({ name, ...hit })),
  );
  expect(found).toEqual([]);

  // Each place is there, and is looked at: something that must be in it is found in the same way.
  const blind = places.filter(({ files, proof }) => {
    const looking = createSearch([{ kind: 'text', value: proof }], folder);
    return proof !== '' && looking(files).length === 0;
  });
  expect(blind.map(({ name }) => name)).toEqual([]);
  expect(places.length).toBeGreaterThanOrEqual(FEWEST_PLACES);
  for (const kind of [
    'token',
    'code',
    'state',
    'setting',
    'api key',
    'cookie',
    'link',
    'embed token',
    'text',
  ])
    expect(secrets.some((secret) => secret.kind === kind)).toBe(true);
}, 300_000);

test('one console.log of a token is found', async () => {
  if (run.child.exitCode !== null) run = everything.start();
  await everything.ready(run);
  const leaky = await runBeside(everything, 'api', 'log-tokens.js');
  await until(() => leaky.output().includes('"msg":"ready"'), { timeoutMs: 60_000 });
  const headers = { authorization: `Bearer ${everything.key()}` };
  const list = await fetch(`${leaky.url}/v1/integrations?state=active`, { headers });
  const { data } = (await list.json()) as { data: { id: string }[] };
  expect((await fetch(`${leaky.url}/v1/integrations/${data[0]!.id}/token`, { headers })).status).toBe(200);
  leaky.child.kill('SIGTERM');
  await leaky.ended;
  const place = written(folder, { name: 'the log of a leaky API', text: leaky.output(), proof: '' });
  const kinds = createSearch(secrets, folder)(place.files).map(({ kind }) => kind);
  expect(kinds).toContain('token');
}, 120_000);
