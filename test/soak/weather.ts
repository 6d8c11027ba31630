import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { type Simulator } from '../../simulator/index';
import { type CallLuck, KINDS, FAULTS, luckInOrder } from './call-luck';
import { type Chance, chanceOf } from './chance';
import { type Journal, type Trouble } from './journal';
import { type DatabaseWeather } from './process';
import { type Fault, type ProviderWeather } from './provider';
import { type VirtualTime } from './schedule';

/** What goes wrong at random, and how often. Periods are averages. */
const FAULT_SHARE = 0.05;
const BURST_SHARE = 0.5;
const BROKEN_QUERIES = 1 / 4_000;
/** How often something of ours goes away just when a token is being refreshed: the moments that matter are short. */
const AWAY_AT_REFRESH = { database_down: 0.03, temporal_down: 0.01, workers_down: 0.01 };

const OURS: readonly Trouble[] = ['temporal_down', 'workers_down', 'database_down'];

export interface WeatherParts {
  time: VirtualTime;
  simulator: Simulator;
  journal: Journal;
  seed: number;
  /** What begins and ends with a trouble, besides its note in the journal. */
  on: Record<Trouble, (isUnderWay: boolean) => void>;
  killOne: () => void;
  loseTemporal: () => void;
  /** Default: by the order of the calls. */
  luck?: CallLuck;
}

/** Everything outside our code that goes wrong. All of it follows from the seed. */
export class Weather implements ProviderWeather {
  readonly database: DatabaseWeather;
  /** How many calls were made to go wrong. */
  faults = 0;
  /** When something of ours was last away or lost. */
  lastTroubleAt = -Infinity;
  readonly #luck: CallLuck;
  readonly #under = new Map<Trouble, number>();
  #isBurst = false;

  constructor(private readonly parts: WeatherParts) {
    const chance = chanceOf(parts.seed, 'queries');
    this.database = { isDown: false, breaks: BROKEN_QUERIES, chance };
    this.#luck = parts.luck ?? luckInOrder(parts.seed);
  }

  isUnder(trouble: Trouble): boolean {
    return (this.#under.get(trouble) ?? 0) > 0;
  }

  begin(): void {
    this.#setMode(chanceOf(this.parts.seed, 'first mode'));
    this.#longOutages();
    for (const what of ['provider_down', 'temporal_down', 'workers_down'] as const)
      this.#nowAndThen(what, 20 * DAY_MS, (chance) =>
        this.#trouble(what, chance.logBetween(MINUTE_MS, 12 * HOUR_MS)),
      );
    this.#nowAndThen('database_down', 8 * DAY_MS, (chance) =>
      this.#trouble('database_down', chance.logBetween(2 * SECOND_MS, 2 * HOUR_MS)),
    );
    this.#nowAndThen('app_blocked', 30 * DAY_MS, (chance) =>
      this.#trouble('app_blocked', chance.logBetween(2 * MINUTE_MS, 8 * HOUR_MS)),
    );
    this.#nowAndThen('burst', 10 * DAY_MS, (chance) => {
      this.#isBurst = true;
      this.parts.time.after(chance.logBetween(10 * MINUTE_MS, 6 * HOUR_MS), () => (this.#isBurst = false));
    });
    this.#nowAndThen('refresh mode', 25 * DAY_MS, (chance) => this.#setMode(chance));
    this.#nowAndThen('kill', DAY_MS, () => this.parts.killOne());
    this.#nowAndThen('temporal_lost', 150 * DAY_MS, () => {
      this.parts.journal.add({ kind: 'temporal_lost', at: this.parts.time.now() });
      this.lastTroubleAt = this.parts.time.now();
      this.parts.loseTemporal();
    });
  }

  faultFor(call: { path: string; account: string | null }): Fault | null {
    const at = { ...call, at: this.parts.time.now() };
    const chance = this.#luck.chance(at, 'fault');
    if (this.#luck.strikes && call.path === '/refresh_access_token') this.#strike(chance);
    if (this.isUnder('provider_down')) return this.#outage(chance);
    if (!chance.hits(this.#isBurst ? BURST_SHARE : FAULT_SHARE)) return null;
    const name = chance.weighted(FAULTS);
    if (name === 'false_refusal' && !this.#luck.mayRefuseFalsely(at)) return null;
    this.faults += 1;
    return { name, ...KINDS[name] };
  }

  latency(call: { path: string; account: string | null }): { there: number; back: number } {
    const chance = this.#luck.chance({ ...call, at: this.parts.time.now() }, 'latency');
    const isSlow = chance.hits(0.03);
    return {
      there: chance.between(20, isSlow ? 5_000 : 200),
      back: chance.between(20, isSlow ? 9_000 : 800),
    };
  }

  #setMode(chance: Chance): void {
    const { simulator, journal, time } = this.parts;
    const refreshReturns = chance.pick(['same', 'new_old_valid', 'new_old_dead'] as const);
    simulator.setMode({ refreshReturns });
    journal.add({ kind: 'mode', at: time.now(), refreshReturns });
  }

  #strike(chance: Chance): void {
    for (const [what, probability] of Object.entries(AWAY_AT_REFRESH) as [Trouble, number][])
      if (chance.hits(probability)) {
        const lengthMs = chance.logBetween(2 * SECOND_MS, 40 * MINUTE_MS);
        this.parts.time.after(chance.between(0, SECOND_MS), () => this.#trouble(what, lengthMs));
      }
  }

  #outage(chance: Chance): Fault {
    const name = chance.weighted({
      lost_request: 1,
      timeout_before: 1,
      status_503: 2,
      status_502_html: 1,
    });
    return { ...KINDS[name], name: 'outage' };
  }

  /** Outages of up to 13 days, one at a time and far enough apart: what a window of 14 days must survive. */
  #longOutages(): void {
    const chance = chanceOf(this.parts.seed, 'long outages');
    const next = (): void =>
      void this.parts.time.after(16 * DAY_MS + chance.exponential(15 * DAY_MS), () => {
        const lengthMs = chance.hits(0.3) ? 13 * DAY_MS : chance.logBetween(DAY_MS, 13 * DAY_MS);
        this.#trouble(chance.pick(['provider_down', 'temporal_down', 'workers_down']), lengthMs);
        this.parts.time.after(lengthMs, next);
      });
    next();
  }

  #trouble(what: Trouble, lengthMs: number): void {
    const change = (by: 1 | -1) => {
      const before = this.#under.get(what) ?? 0;
      this.#under.set(what, before + by);
      if (before + by !== (by === 1 ? 1 : 0)) return;
      this.parts.journal.add({ kind: by === 1 ? 'began' : 'ended', at: this.parts.time.now(), what });
      if (OURS.includes(what)) this.lastTroubleAt = this.parts.time.now();
      if (what === 'database_down') this.database.isDown = by === 1;
      if (what === 'app_blocked') this.parts.simulator.setMode({ app: by === 1 ? 'blocked' : 'live' });
      this.parts.on[what](by === 1);
    };
    change(1);
    this.parts.time.after(lengthMs, () => change(-1));
  }

  #nowAndThen(what: string, meanMs: number, act: (chance: Chance) => void): void {
    const chance = chanceOf(this.parts.seed, what);
    const next = (): void =>
      void this.parts.time.after(chance.exponential(meanMs), () => {
        act(chance);
        next();
      });
    next();
  }
}
