import { DAY_MS } from '../../core/time';
import { type Ran, type TestApi, type World, evergrant as run, serveApi } from '../support/cli';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
let api: TestApi;
const ids: string[] = [];
beforeAll(async () => {
  stack = await startStack();
  api = await serveApi(stack);
  for (const name of ['ada', 'bob', 'cleo']) ids.push((await stack.connect(name)).id);
  await stack.travel.advance(2 * DAY_MS);
});
afterAll(async () => {
  await api.close();
  await stack.stop();
});

const evergrant = (args: string, world: World = {}): Promise<Ran> =>
  run(args.split(' '), { ...world, env: { ...api.env, ...world.env } });
const idIn = ({ out }: Ran) => /blk_\w{24}/.exec(out)![0];

test('recheck --all waits until every connection is checked, and sums up', async () => {
  const { code, out, err } = await evergrant('recheck --all --spread 1s');
  expect([code, out.replace(/blk_\w+/, 'blk')]).toEqual([
    0,
    'Check tokens of 3 connections: finished.\nToken valid: 3\nID: blk\n',
  ]);
  expect(err).toContain('Check tokens of 3 connections: ');
});

test('--json gives the operation as it ended', async () => {
  const { out } = await evergrant('refresh --state active --json');
  expect(JSON.parse(out)).toMatchObject({ state: 'finished', total: 3, outcomes: { refreshed: 3 } });
});

test('--dry-run lists the connections, and changes nothing', async () => {
  const { code, out } = await evergrant('disconnect --owner-ref owner-1 --dry-run');
  expect(code).toBe(0);
  expect(out).toContain('@cleo');
  expect(out).toContain('3 connections would be affected. Nothing was changed.');
  expect((await stack.row(ids[0]!)).state).toBe('active');
});

test.each([
  ['recheck', 'Give an <id>, or --all'],
  [`recheck int_1 --all`, 'either an <id> or conditions'],
  ['recheck --all --state active', '--all goes with no other condition'],
  ['recheck int_1 --spread 1h', 'need conditions'],
  ['pause --state gone', 'Allowed choices are pending, active'],
  ['pause --all --spread soon', 'Enter a duration'],
])('%s is refused: %s', async (args, why) => {
  const { code, err } = await evergrant(args);
  expect([code, err]).toEqual([2, expect.stringContaining(why)]);
});

test('more than the limit are refused, and nothing is done', async () => {
  const { code, err } = await evergrant('pause --all --limit 2');
  expect([code, err]).toEqual([1, expect.stringContaining('is 2, but 3 connections match')]);
  expect((await stack.row(ids[0]!)).paused).toBe(false);
});

test('disconnect asks with the number, and needs --yes without a terminal', async () => {
  expect((await evergrant('disconnect --state active')).code).toBe(2);
  const questions: string[] = [];
  const world = { answer: 'n', onAsk: (question: string) => questions.push(question) };
  expect((await evergrant('disconnect --state active', world)).code).toBe(1);
  expect(questions).toEqual(['Disconnect 3 connections? This deletes their tokens. [y/N] ']);
});

test('an operation goes on in the background, and is paused, resumed, canceled and listed', async () => {
  const begun = await evergrant('pause --all --spread 20h --no-wait');
  expect(begun.err).toContain('It goes on in the background.');
  const id = idIn(begun);
  expect((await evergrant(`bulk pause ${id}`)).out).toContain(`${id} is paused`);
  expect((await evergrant(`bulk resume ${id}`)).out).toContain(`${id} is running`);
  expect((await evergrant('bulk list')).out).toMatch(new RegExp(`pause +all connections +running .*${id}`));
  expect((await evergrant(`bulk cancel ${id}`)).out).toContain(`${id} is canceled`);
  const shown = await evergrant(`bulk show ${id} --follow`);
  expect(shown.out).toContain('pause  canceled');
  expect((await evergrant(`bulk show ${id} --outcome canceled`)).out).toContain('@');
  await evergrant('resume --all');
});

test('Ctrl-C leaves the operation running', async () => {
  const stop = new AbortController();
  const ran = await evergrant('recheck --all --spread 20h', { stop, onPause: () => stop.abort() });
  expect(ran.err).toContain('It goes on in the background.');
  expect((await evergrant(`bulk cancel ${idIn(ran)}`)).code).toBe(0);
});

test('reconnect-link creates a link for each', async () => {
  const { out } = await evergrant('reconnect-link --owner-ref owner-1');
  const lines = out.trim().split('\n');
  expect(lines.map((line) => line.split('\t')[1])).toEqual(['@ada', '@bob', '@cleo']);
  expect(lines[0]).toContain('/connect/');
  const { data } = JSON.parse((await evergrant('reconnect-link --all --json')).out) as { data: unknown[] };
  expect(data).toHaveLength(3);
  expect((await evergrant('reconnect-link --all --limit 2')).err).toContain('More than 2 connections match.');
});

test('disconnect --yes disconnects all that match', async () => {
  const { code, out } = await evergrant('disconnect --owner-ref owner-1 --yes');
  expect([code, out]).toEqual([0, expect.stringContaining('Disconnect 3 connections: finished.\nDone: 3')]);
  expect((await stack.row(ids[2]!)).state).toBe('disconnected');
  expect((await evergrant('recheck --all')).out).toBe('No connection matches.\n');
});
