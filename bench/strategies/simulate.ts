import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { DAY_MS } from '../../core/time';
import { createSimulator } from '../../simulator/index';
import { type Entry, createJournal } from '../../test/soak/journal';
import { createProvider } from '../../test/soak/provider';
import { VirtualTime } from '../../test/soak/schedule';
import { Weather } from '../../test/soak/weather';
import { type Contestant } from './contestant';
import { Evergrant } from './evergrant/evergrant';
import { Peer, type PeerParts } from './peers/peer';
import { type CreateStrategy } from './peers/product';
import { luckByInstant } from './world/luck';
import { Owners } from './world/owners';
import { type Seen, SeenJournal } from './world/seen';
import { useConnections } from './world/users';

export interface Options {
  seed: number;
  connections: number;
  days: number;
  onDay?: (day: number) => void;
}

/** What is left of one year: all that the scorer looks at. */
export interface Year {
  entries: readonly Entry[];
  seen: readonly Seen[];
  from: number;
  to: number;
}

export const START = Date.UTC(2030, 0, 1);
const OWNERS_COME_WITHIN_DAYS = 60;

/** A peer is its strategy; Evergrant a migrated, empty database. */
export type Entrant = CreateStrategy | { databaseUrl: string };

/** Lets one contestant live through the days that follow from the seed. */
export async function simulate(entrant: Entrant, options: Options): Promise<Year> {
  const { seed, connections, days } = options;
  const time = new VirtualTime(START);
  const journal = createJournal();
  const seen = new SeenJournal();
  const simulator = createSimulator({ clock: time, seed: `strategies-${seed}` });
  const tell = (what: Parameters<Contestant['trouble']>[0]) => (isUnderWay: boolean) =>
    contestant.trouble(what, isUnderWay);
  const weather = new Weather({
    ...{ time, simulator, journal, seed, luck: luckByInstant(seed) },
    on: {
      provider_down: tell('provider_down'),
      app_blocked: tell('app_blocked'),
      database_down: tell('database_down'),
      temporal_down: tell('temporal_down'),
      workers_down: tell('workers_down'),
    },
    killOne: () => contestant.kill(),
    loseTemporal: () => contestant.loseTemporal(),
  });
  // Its outages are the same for all; what breaks single queries would be luck by their order.
  weather.database.breaks = 0;
  const provider = createProvider({ time, simulator, weather, journal });
  const parts: PeerParts = { time, provider, database: weather.database, seen, seed };
  const spoolFolder = mkdtempSync(join(tmpdir(), 'evergrant-strategies-'));
  const pool = typeof entrant === 'function' ? null : openPool(entrant.databaseUrl);
  const contestant: Contestant =
    typeof entrant === 'function'
      ? new Peer(parts, entrant)
      : new Evergrant({
          ...parts,
          spoolFolder,
          pool: pool!,
          journal,
          simulator,
          lastTroubleAt: () => weather.lastTroubleAt,
        });
  const isDown = () => weather.isUnder('workers_down');
  const owners = new Owners({ time, simulator, provider, journal, seen, contestant, seed, isDown });

  contestant.begin();
  owners.begin(connections, Math.min(OWNERS_COME_WITHIN_DAYS, days / 2) * DAY_MS);
  useConnections(
    { time, seen, contestant, seed, isDown, isConnected: (account) => owners.isConnected(account) },
    owners.accounts(),
  );
  weather.begin();
  try {
    for (let day = 1; day <= days; day++) {
      await time.runUntil(START + day * DAY_MS);
      options.onDay?.(day);
    }
    return { entries: journal.entries, seen: seen.entries, from: START, to: time.now() };
  } finally {
    simulator.close();
    await pool?.end();
    rmSync(spoolFolder, { recursive: true, force: true });
  }
}

function openPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 8 });
  pool.on('error', () => undefined);
  return pool;
}
