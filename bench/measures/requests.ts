import { openWith } from '../../adapters/encryption/envelope';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { tokenContext, versionOf } from '../../adapters/postgres/tokens/token-versions';
import { DAY_MS } from '../../core/time';
import { type Deployment, KEY_RING, WITHOUT_LIMITS, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import {
  type Benchmark,
  type Figure,
  type Size,
  asleep,
  atOnce,
  rounded,
  sideBySide,
  timed,
  percentile,
} from '../measure';
import { type Send, expectStatus, sender } from '../request';

/** What the requests are measured with. */
interface Bench extends Deployment {
  ids: string[];
  send: Send;
  api: Awaited<ReturnType<Deployment['startApi']>>;
}

const SIZES = {
  full: { connections: 300, reads: 600, storm: 4_000, recoveries: 40, refreshes: 240 },
  smoke: { connections: 6, reads: 5, storm: 40, recoveries: 2, refreshes: 3 },
};

export const requests: Benchmark = {
  name: 'requests',
  about:
    'Requests to one API process over connections that stay open, one worker, each beside its floor in the same run: what the same work costs without Evergrant.',
  async run(size, progress) {
    const { connections } = SIZES[size];
    const deployment = await startDeployment();
    try {
      const ids = await connectFleet(deployment, connections, Date.now() - 2 * DAY_MS);
      const worker = await deployment.startWorker(WITHOUT_LIMITS);
      const api = await deployment.startApi(WITHOUT_LIMITS);
      await asleep(deployment, connections);
      const send = sender(api.url);
      const bench = { ...deployment, ids, send, api };
      const figures: Figure[] = [];
      for (const measure of [tokenReads, recoveries, falseAlarms, refreshes]) {
        progress(measure.name);
        figures.push(...(await measure(bench, size)));
      }
      send.close();
      figures.push({
        what: `memory of the worker after all of this, ${connections} connections`,
        value: rounded(worker.memoryMiB()),
        unit: 'MiB',
        wanted: { is: 'at most', value: 250, of: 'value' },
      });
      return figures;
    } finally {
      await deployment.stop();
    }
  },
};

async function tokenReads({ pool, ids, send, api }: Bench, size: Size): Promise<Figure[]> {
  const key = parseKeyRing(KEY_RING).sealing;
  const { reads, storm } = SIZES[size];
  const pick = (n: number) => ids[n % ids.length]!;
  const bare = async (n: number) => {
    const { rows } = await pool.query<Record<string, unknown>>(
      `select i.provider, t.* from integrations i join token_versions t on t.integration_id = i.id and t.stage = 'current'
       where i.id = $1`,
      [pick(n)],
    );
    const version = versionOf(rows[0]!);
    await openWith(
      key,
      version.sealed.sealed,
      tokenContext({ id: pick(n), provider: 'instagram' }, version.version),
    );
  };
  const read = async (id: string, by: Send = send) =>
    expectStatus(await by('GET', `/v1/integrations/${id}/token`), 200);
  const made = expectStatus(await send('POST', '/v1/api-keys', { name: 'bench', scopes: ['token'] }), 201);
  const stored = sender(api.url, (made.body as { key: string }).key);
  const medians = await sideBySide(
    {
      bare,
      floor: () => send('GET', '/healthz'),
      read: (n) => read(pick(n)),
      readByStoredKey: (n) => read(pick(n), stored),
    },
    { rounds: reads },
  );
  stored.close();
  const before = api.cpuMs();
  const { seconds } = await atOnce(
    Array.from({ length: storm }, (_, n) => pick(n)),
    32,
    read,
  );
  const cpuSeconds = (api.cpuMs() - before) / 1_000;
  return [
    {
      what: 'token read, p50',
      value: rounded(medians.read),
      unit: 'ms',
      beside: { what: 'select and decrypt', value: rounded(medians.bare) },
      ratio: {
        value: rounded((medians.read - medians.floor) / medians.bare),
        how: '(read − /healthz) ÷ select and decrypt',
      },
      wanted: { is: 'at most', value: 1.5, of: 'ratio' },
    },
    {
      what: 'the same with a stored API key, p50',
      value: rounded(medians.readByStoredKey),
      unit: 'ms',
      ratio: {
        value: rounded((medians.readByStoredKey - medians.floor) / medians.bare),
        how: '(read − /healthz) ÷ select and decrypt',
      },
    },
    { what: '/healthz, p50', value: rounded(medians.floor), unit: 'ms' },
    {
      what: 'token reads, 32 at once',
      value: rounded(storm / seconds),
      unit: 'a second',
      ratio: { value: rounded(storm / cpuSeconds), how: 'a second of the API’s processor time' },
      wanted: { is: 'at least', value: 1_000, of: 'ratio' },
    },
  ];
}

async function recoveries({ ids, send, simulator, pool }: Bench, size: Size): Promise<Figure[]> {
  const { recoveries: rounds } = SIZES[size];
  const warmUp = Math.ceil(rounds / 10);
  const usable = ids.slice(0, rounds + warmUp);
  const call = async (id: string) =>
    expectStatus(await send('GET', `/v1/integrations/${id}/conversations`), 200);
  const usernames = new Map<string, string>();
  for (const id of usable) usernames.set(id, (await findIntegration(pool, id))!.username!);
  const toInstagram = sender(simulator.url);
  const recovered: number[] = [];
  const healthy: number[] = [];
  const floors: number[] = [];
  for (const [n, id] of usable.entries()) {
    // Another account: Instagram allows two reads of conversations a second for each.
    const healthyMs = await timed(() => call(ids.at(-1 - n)!));
    await simulator.call('addFault', {
      match: { account: usernames.get(id)! },
      times: 2,
      error: { code: 190 },
      status: 400,
    });
    const since = await simulator.call('lastRequest');
    const recoveredMs = await timed(() => call(id));
    const calls = (await simulator.call('requests', since)).length;
    if (calls !== 5) throw new Error(`${calls} calls of a recovery instead of 5`);
    const floorMs = await timed(() => sameCalls(simulator, toInstagram, usernames.get(id)!));
    if (n < warmUp) continue;
    recovered.push(recoveredMs);
    healthy.push(healthyMs);
    floors.push(floorMs);
  }
  toInstagram.close();
  const [value, floor] = [percentile(recovered, 50), percentile(floors, 50)];
  return [
    {
      what: '190 until the original call is answered after a refresh, p50',
      value: rounded(value),
      unit: 'ms',
      beside: { what: 'the same five calls of Instagram', value: rounded(floor) },
      ratio: { value: rounded(value / floor), how: 'recovered ÷ five calls' },
      wanted: { is: 'at most', value: 3, of: 'ratio' },
    },
    { what: 'the same call without a 190, p50', value: rounded(percentile(healthy, 50)), unit: 'ms' },
  ];
}

/** What a recovery asks of Instagram, one call after the other: the refused call, a probe, a refresh, a probe, the call. */
async function sameCalls(simulator: Deployment['simulator'], send: Send, username: string): Promise<void> {
  const token = await simulator.call('generateToken', username);
  const me = `/v25.0/me?fields=user_id,username&access_token=${token}`;
  const list = `/v25.0/me/conversations?platform=instagram&access_token=${token}`;
  for (const path of [
    list,
    me,
    `/refresh_access_token?grant_type=ig_refresh_token&access_token=${token}`,
    me,
    list,
  ])
    await send('GET', path);
}

async function falseAlarms({ ids, send }: Bench): Promise<Figure[]> {
  const report = async (id: string) =>
    expectStatus(
      await send('POST', `/v1/integrations/${id}/token-rejections`, { version: versions.get(id), code: 190 }),
      200,
    );
  const versions = new Map<string, number>();
  for (const id of ids)
    versions.set(
      id,
      ((await send('GET', `/v1/integrations/${id}`)).body as { tokenVersion: number }).tokenVersion,
    );
  const measured = await atOnce(ids, 64, report);
  return rateOf({ many: 'false alarms over the whole fleet, 64 at once', one: 'false alarm' }, measured, 100);
}

async function refreshes({ ids, send }: Bench, size: Size): Promise<Figure[]> {
  const chosen = ids.slice(-SIZES[size].refreshes);
  const refresh = async (id: string) =>
    expectStatus(await send('POST', `/v1/integrations/${id}/refresh`), 200);
  const measured = await atOnce(chosen, 30, refresh);
  return rateOf({ many: 'refreshes on request, 30 at once', one: 'refresh' }, measured, 60);
}

function rateOf(
  what: { many: string; one: string },
  { each, seconds }: Awaited<ReturnType<typeof atOnce>>,
  atLeast: number,
): Figure[] {
  return [
    {
      what: what.many,
      value: rounded(each.length / seconds),
      unit: 'a second',
      wanted: { is: 'at least', value: atLeast, of: 'value' },
    },
    { what: `${what.one} answered, p99 of those`, value: rounded(percentile(each, 99)), unit: 'ms' },
  ];
}
