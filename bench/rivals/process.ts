import { createPool } from '../../adapters/postgres/pool';
import { type Job, type StartRival } from './rival';
import { type Start } from './start-rival';
import { AT_ONCE, createTokenJob } from './token-job';

/** A rival's worker as a process of its own: schedules what it is sent, and works until it is killed. */
export async function runRival(start: StartRival): Promise<void> {
  const { databaseUrl, simulator, keys, ...servers } = JSON.parse(process.argv[2]!) as Start;
  const pool = createPool(databaseUrl, { max: AT_ONCE });
  const { refresh } = createTokenJob(pool, simulator, keys);
  const rival = await start({ ...servers, databaseUrl, refresh });
  process.on('message', (jobs: Job[]) => void rival.schedule(jobs).then(() => process.send!('asleep')));
  process.on('disconnect', () => process.exit(0));
  process.send!('ready');
}
