import { type Pool } from 'pg';
import { type KeyHolder, liveHolders } from '../../adapters/postgres/keys/key-holders';
import { MINUTE_MS } from '../../core/time';
import { Failure } from '../failures';
import { type Io } from '../output/io';
import { withProgress } from '../output/progress';
import { nameOf } from '../../services/keys/report';

const LOOK_EVERY_MS = 500;
const GIVE_UP_AFTER_MS = 3 * MINUTE_MS;

/** Waits until all running processes are so. @param what for people: "all processes <what>" */
export async function waitForProcesses(
  io: Io,
  pool: Pool,
  what: string,
  isSo: (holder: KeyHolder) => boolean,
): Promise<void> {
  const stop = io.stopSignal();
  let missing: KeyHolder[] = [];
  await withProgress(
    io,
    () => `Waiting until all processes ${what}${missing.length > 0 ? ` (${missing.length} remaining)` : ''}`,
    async () => {
      const deadline = Date.now() + GIVE_UP_AFTER_MS;
      for (;;) {
        missing = (await liveHolders(pool)).filter((holder) => !isSo(holder));
        if (missing.length === 0) return;
        if (stop.aborted || Date.now() >= deadline)
          throw new Failure(`Not all processes ${what} yet.`, [
            ...missing.map(nameOf),
            'Give each process the key file, then run the command again to continue.',
          ]);
        await io.pause(LOOK_EVERY_MS, stop);
      }
    },
  );
}
