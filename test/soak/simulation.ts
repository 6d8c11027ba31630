import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { openSpool } from '../../adapters/spool';
import { DAY_MS, HOUR_MS } from '../../core/time';
import { createSimulator } from '../../simulator/index';
import { Callers } from './callers';
import { chanceOf } from './chance';
import { Checker } from './checker/checker';
import { type Findings } from './checker/findings';
import { type RunPlan } from './checker/rows';
import { type Entry, createJournal } from './journal';
import { createLeakWatch } from './leaks';
import { Owners } from './owners';
import { OwnProcess } from './process';
import { createProvider } from './provider';
import { VirtualTime } from './schedule';
import { VirtualTemporal } from './temporal';
import { Weather } from './weather';
import { type ProcessParts, WorkerFleet, depsOf } from './workers';

export interface SimulationOptions {
  seed: number;
  connections: number;
  days: number;
  /** A migrated, empty database. */
  databaseUrl: string;
  /** Called after each virtual day. */
  onDay?: (progress: Progress) => void;
  /** Called after the last day, with all that the checker looks at. */
  atEnd?: (world: World) => Promise<void>;
}

/** What the checker looks at. */
export interface World {
  now: number;
  db: Pool;
  entries: readonly Entry[];
  plans: Map<string, RunPlan>;
}

export interface Progress {
  day: number;
  /** Epoch ms. */
  now: number;
  refreshes: number;
  faults: number;
  kills: number;
  findings: Findings;
}

export interface Outcome extends Progress {
  entries: readonly Entry[];
}

const START = Date.UTC(2030, 0, 1);
/** One lifetime: at any instant some token is in its last days. */
const OWNERS_COME_WITHIN_DAYS = 60;
/** The audit runs hourly; a while after something was away, less often is enough. */
const AUDITS_AFTER_MS = 4 * HOUR_MS;
const CALM_AUDIT_MS = 6 * HOUR_MS;

/** Simulates connections through virtual days, with all that goes wrong, and checks them after each day. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const { seed } = options;
  const time = new VirtualTime(START);
  const journal = createJournal();
  const leaks = createLeakWatch(journal, time.now);
  const simulator = createSimulator({ clock: time, seed: `soak-${seed}` });
  const database = new Pool({ connectionString: options.databaseUrl, max: 8 });
  database.on('error', () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-soak-'));
  const weather = new Weather({
    ...{ time, simulator, journal, seed },
    on: {
      provider_down: () => undefined,
      database_down: () => undefined,
      app_blocked: () => undefined,
      temporal_down: (isUnderWay) => {
        temporal.isUp = !isUnderWay;
        temporal.resume();
      },
      workers_down: (isUnderWay) => workers.killAll(isUnderWay),
    },
    killOne: () => workers.killOne(),
    loseTemporal: () => temporal.loseEverything(),
  });
  const parts: ProcessParts = {
    ...{ time, database, journal, leaks, seed },
    databaseWeather: weather.database,
    provider: createProvider({ time, simulator, weather, journal }),
    appId: simulator.settings.appId,
    // Half of all deployments have one.
    spool: seed % 2 === 0 ? openSpool(folder) : null,
    temporal: () => temporal,
  };
  const workers = new WorkerFleet(parts);
  const temporal = new VirtualTemporal(time, workers, chanceOf(seed, 'temporal'), leaks);
  const api = new OwnProcess('api', time, weather.database, database);
  const deps = depsOf(parts, api);
  const callers = new Callers({ time, temporal, deps, database, seed });
  const owners = new Owners({
    ...{ time, simulator, journal, temporal, deps, database, seed, callers },
    provider: parts.provider,
  });
  const plans = () => new Map([...temporal.runs].map(([id, run]) => [id, run.plan]));
  const checker = new Checker(database, journal.entries, plans);

  workers.start(2);
  owners.begin(options.connections, Math.min(OWNERS_COME_WITHIN_DAYS, options.days / 2) * DAY_MS);
  callers.begin(options.connections);
  weather.begin();
  every(time, HOUR_MS, async () => {
    const isRegular = Math.round(time.now() / HOUR_MS) % (CALM_AUDIT_MS / HOUR_MS) === 0;
    if (isRegular || time.now() - weather.lastTroubleAt < AUDITS_AFTER_MS) await workers.look();
  });

  const progress = (day: number): Progress => ({
    ...{ day, now: time.now(), faults: weather.faults, kills: workers.kills },
    refreshes: checker.truth.refreshes.length,
    findings: checker.findings,
  });
  let day = 0;
  try {
    while (day < options.days && checker.findings.violations.length === 0) {
      day += 1;
      await time.runUntil(START + day * DAY_MS);
      await owners.remind();
      await deliverMails(database, time.now());
      await checker.check(time.now(), { isLast: day === options.days });
      options.onDay?.(progress(day));
    }
    await options.atEnd?.({ now: time.now(), db: database, entries: journal.entries, plans: plans() });
    return { ...progress(day), entries: journal.entries };
  } finally {
    simulator.close();
    await database.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function every(time: VirtualTime, ms: number, act: () => Promise<void>): void {
  time.after(ms, async () => {
    every(time, ms, act);
    await act();
  });
}

/** The mail server: what waits is delivered. */
async function deliverMails(db: Pool, now: number): Promise<void> {
  await db.query(
    `update deliveries set status = 'delivered', ended_at = $1 where status = 'waiting' and next_attempt_at <= $1`,
    [new Date(now)],
  );
}
