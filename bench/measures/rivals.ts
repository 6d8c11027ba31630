import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Deployment, startDeployment } from '../deployment';
import { type Benchmark, type Figure, type Size, rounded } from '../measure';
import { EVERGRANT, FIGURES, compete } from '../rivals/contest';
import { startEvergrant } from '../rivals/evergrant';
import { type RedisServer, redisServer, startRedis } from '../rivals/redis';
import { type RivalName, startRival } from '../rivals/start-rival';

/** `RIVALS_DUE=10000 npm run bench -- --only rivals` lets more be due at once. */
const SIZES = {
  full: {
    due: Number(process.env.RIVALS_DUE ?? 2_000),
    onRequest: 240,
    alone: 20,
    pauseMs: 4_000,
    isMeasured: true,
  },
  smoke: { due: 4, onRequest: 2, alone: 1, pauseMs: 1_000, isMeasured: false },
};

const SQL_QUEUES: RivalName[] = ['pg loop', 'pg-boss', 'Graphile Worker'];

export const rivals: Benchmark = {
  name: 'rivals',
  about: `The same refresh job by what people would use instead, one after the other over the same servers: read and decrypt the token, ask Instagram, encrypt and store the new one, schedule the next refresh. ${SIZES.full.alone} tokens are due one by one, then ${SIZES.full.due.toLocaleString('en')} at one instant, with 30 at a time. Processor time is that of all who take part but Instagram. Temporal is its development server, over SQLite.`,
  async run(size, progress) {
    const command = redisServer();
    if (!command) progress('BullMQ is left out: no redis-server is installed (apt-get install redis-server)');
    const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-redis-'));
    const deployment = await startDeployment();
    const redis = command ? await startRedis(command, folder) : null;
    try {
      return await allCompete(deployment, redis, size, progress);
    } finally {
      await redis?.stop();
      await deployment.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function allCompete(
  deployment: Deployment,
  redis: RedisServer | null,
  size: Size,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const { simulator } = deployment;
  const { due, onRequest, ...course } = SIZES[size];
  const connections = course.alone + due;
  const evergrant = await startEvergrant(deployment, { connections, onRequest });
  const ids = new Map((await simulator.call('accounts')).map(({ id, username }) => [username, id]));
  const accounts = Array.from({ length: connections }, (_, n) => `shop.${n}`).map((username) => ({
    ...{ username, id: ids.get(username)! },
  }));
  const ourAccounts = accounts.map(({ id }) => id);
  const own = await compete(evergrant, simulator, ourAccounts, course, progress);
  const requested = await evergrant.refreshOnRequest();
  await evergrant.stop();
  const others: Figure[] = [];
  const names: RivalName[] = [...SQL_QUEUES, ...(redis ? ['BullMQ' as const] : []), 'Temporal alone'];
  for (const name of names) {
    const rival = await startRival(name, deployment, redis, accounts);
    try {
      others.push(...(await compete(rival, simulator, ourAccounts, course, progress)));
    } finally {
      await rival.stop();
    }
  }
  return [
    ...others,
    ...own,
    ...requested.map((figure) => ({ ...figure, of: EVERGRANT })),
    besideBest(others, own),
  ];
}

/** Evergrant's rate beside that of the quickest queue in PostgreSQL. */
function besideBest(others: readonly Figure[], own: readonly Figure[]): Figure {
  const rates = others.filter(
    ({ what, of }) => what === FIGURES.rate && SQL_QUEUES.some((name) => name === of),
  );
  const best = rates.reduce((a, b) => (b.value > a.value ? b : a));
  const { value, unit } = own.find(({ what }) => what === FIGURES.rate)!;
  return {
    what: `${EVERGRANT} beside the best queue in PostgreSQL`,
    ...{ value, unit },
    beside: { what: best.of!, value: best.value },
    ratio: { value: rounded(value / best.value), how: `${EVERGRANT} ÷ ${best.of}` },
    wanted: { is: 'at least', value: 0.5, of: 'ratio' },
  };
}
