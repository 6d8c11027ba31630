import { DEFAULT_RETENTION } from '../../core/fleet/retention-policy';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type Pool } from 'pg';
import { type Activities, createActivities } from '../../activities';
import { type Deps } from '../../activities/deps';
import { storeSpooledAnswers } from '../../activities/lifecycle/store-answer';
import { createKeyChecks } from '../../adapters/encryption/key-check';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { createSealer } from '../../adapters/encryption/sealer';
import { type Logger } from '../../adapters/logger';
import { type Spool } from '../../adapters/spool';
import { relayEvents } from '../../adapters/postgres/deliveries/outbox';
import { type StepResult } from '../../core/lifecycle/facts';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { createProviderGate } from '../../services/provider-gate';
import { type Chance, chanceOf } from './chance';
import { type Journal } from './journal';
import { type LeakWatch } from './leaks';
import { type DatabaseWeather, OwnProcess } from './process';
import { type Provider } from './provider';
import { type VirtualTime } from './schedule';
import { type ActivityName, type VirtualTemporal, type Workers } from './temporal';
import { keyBytes } from '../support/key-bytes';

const KEYS = parseKeyRing(`soak:${keyBytes(5).toString('base64')}`);
/** The rate of refreshes is kept by the database's clock, which stands still here. */
const UNLIMITED = 1e6;
/** A process is killed within so many steps of its work: in the middle of most activities. */
const STEPS_TO_DEATH = 60;

export interface ProcessParts {
  time: VirtualTime;
  database: Pool;
  databaseWeather: DatabaseWeather;
  provider: Provider;
  appId: string;
  journal: Journal;
  leaks: LeakWatch;
  seed: number;
  /** Shared by all processes, as a directory would be; null: not configured. */
  spool: Spool | null;
  temporal: () => VirtualTemporal;
  /** Lets refreshes pass; default: at once. */
  refreshSlot?: (process: OwnProcess) => Promise<void>;
}

interface Worker {
  process: OwnProcess;
  deps: Deps;
  activities: Activities;
  environment: MockActivityEnvironment;
  isReady: boolean;
}

/** What a process acts with: the product's own parts, over this world's time, network and database. */
export function depsOf(parts: ProcessParts, process: OwnProcess): Deps {
  const { time, provider, appId, leaks } = parts;
  const clock = { now: time.now };
  const line = (...said: unknown[]) => leaks.says('log', JSON.stringify(said));
  const nothing = () => undefined;
  const gate = createProviderGate(process.pool, clock, appId, { refreshesPerSecond: UNLIMITED });
  return {
    pool: process.pool,
    sealer: createSealer(KEYS, { checks: createKeyChecks(process.pool, time.now) }),
    instagram: provider.clientOf(process, {
      ...gate,
      async enter(call) {
        if (call.operation === 'refresh') await parts.refreshSlot?.(process);
        await gate.enter(call);
      },
    }),
    clock,
    clockCheck: async () => undefined,
    searchAttributesAreKnown: () => true,
    random: chanceOf(parts.seed, 'jitter', process.name).next,
    pause: process.pause,
    logger: { debug: line, info: line, warn: line, error: line } as unknown as Logger,
    counters: {
      refresh: nothing,
      recovery: nothing,
      expiration: nothing,
      lifecycleReplaced: nothing,
      connect: nothing,
      unreadable: nothing,
      callback: nothing,
      delivery: nothing,
      providerCall: nothing,
    },
    lifecycles: parts.temporal().lifecycles,
    spool: parts.spool,
    retention: DEFAULT_RETENTION,
    outgoing: null as never,
    mailer: null,
    operatorEmail: null,
    site: { publicUrl: 'http://127.0.0.1:3000', productName: 'Shopdesk', accent: null },
  };
}

/** Temporal's own lines are searched for tokens, and not shown. */
function activityLogger(leaks: LeakWatch): DefaultLogger {
  return new DefaultLogger('TRACE', ({ message, meta }) => {
    const { error } = (meta ?? {}) as { error?: unknown };
    leaks.says('log', `${message} ${error instanceof Error ? error.stack : ''}`);
  });
}

/** The worker processes: they are started, run activities, and are killed. */
export class WorkerFleet implements Workers {
  kills = 0;
  #workers: Worker[] = [];
  #started = 0;
  #areWanted = true;
  readonly #chance: Chance;

  constructor(private readonly parts: ProcessParts) {
    this.#chance = chanceOf(parts.seed, 'workers');
  }

  areUp(): boolean {
    return this.#workers.some(({ isReady }) => isReady);
  }

  start(count: number): void {
    for (let i = 0; i < count; i++) this.#startOne();
  }

  run(name: ActivityName, input: unknown, onDeath: () => void): Promise<StepResult> {
    const worker = this.#pickOne();
    if (!worker) return new Promise(() => undefined);
    const { process, environment } = worker;
    const isWork = name === 'refreshToken' || name === 'recoverToken';
    if (isWork) process.atWork += 1;
    process.onDeath.add(onDeath);
    return environment
      .run<[unknown], StepResult, (given: unknown) => Promise<StepResult>>(
        worker.activities[name] as (given: unknown) => Promise<StepResult>,
        input,
      )
      .finally(() => {
        process.atWork -= isWork ? 1 : 0;
        process.onDeath.delete(onDeath);
      });
  }

  /** What no lifecycle does: the audit, and turning events into deliveries. */
  async look(): Promise<void> {
    const worker = this.#pickOne();
    if (!worker) return;
    const { deps, environment } = worker;
    const reach = { owners: true, operators: true };
    try {
      await environment.run(worker.activities.auditFleet);
      while ((await relayEvents(deps.pool, reach, deps.clock.now())) > 0);
    } catch (error) {
      this.parts.leaks.says('failure of the audit', String(error));
    }
  }

  /** Kills one: at once, or in the middle of what it does next. */
  killOne(): void {
    const worker = this.#pickOne();
    if (!worker) return;
    worker.process.diesAtWork = this.#chance.hits(0.7);
    worker.process.stepsToLive ??= 1 + Math.floor(this.#chance.next() * STEPS_TO_DEATH);
  }

  /** Kills one, whatever it is doing. */
  killAtOnce(): void {
    this.#pickOne()?.process.die();
  }

  /** Kills all, and starts none until it is over. */
  killAll(isUnderWay: boolean): void {
    this.#areWanted = !isUnderWay;
    if (!isUnderWay) return this.start(2);
    for (const { process } of [...this.#workers]) process.die();
  }

  #startOne(): void {
    if (!this.#areWanted || this.#workers.length >= 2) return;
    const name = `worker-${++this.#started}`;
    const process = new OwnProcess(name, this.parts.time, this.parts.databaseWeather, this.parts.database);
    const deps = depsOf(this.parts, process);
    const worker: Worker = {
      ...{ process, deps, isReady: false },
      activities: createActivities(deps),
      environment: new MockActivityEnvironment({}, { logger: activityLogger(this.parts.leaks) }),
    };
    process.onDeath.add(() => this.#died(worker));
    this.#workers.push(worker);
    this.parts.journal.add({ kind: 'started', at: this.parts.time.now(), process: name });
    this.parts.time.after(SECOND_MS, () => this.#getReady(worker));
  }

  /** A worker that cannot store what earlier ones left behind ends, and is started again. */
  async #getReady(worker: Worker): Promise<void> {
    if (worker.process.isDead) return;
    try {
      await storeSpooledAnswers(worker.deps);
    } catch {
      return worker.process.die();
    }
    worker.isReady = true;
    this.parts.temporal().resume();
  }

  #died(dead: Worker): void {
    this.kills += 1;
    this.#workers = this.#workers.filter((worker) => worker !== dead);
    this.parts.journal.add({ kind: 'killed', at: this.parts.time.now(), process: dead.process.name });
    this.parts.time.after(this.#chance.logBetween(5 * SECOND_MS, 20 * MINUTE_MS), () => this.#startOne());
  }

  #pickOne(): Worker | null {
    const ready = this.#workers.filter(({ isReady }) => isReady);
    return ready.length > 0 ? this.#chance.pick(ready) : null;
  }
}
