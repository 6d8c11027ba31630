import { createHash } from 'node:crypto';
import { type Deps } from '../../../activities/deps';
import { deauthorize } from '../../../adapters/postgres/integrations/deauthorize';
import { storeGrant } from '../../../adapters/postgres/integrations/grants';
import { openSpool } from '../../../adapters/spool';
import { findIntegration } from '../../../adapters/postgres/integrations/integrations';
import { instagramActor } from '../../../core/access/actor';
import { REFRESHES_PER_SECOND } from '../../../core/messaging/throttle-policy';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';
import { NoToken, type UsableToken, usableToken } from '../../../services/usable-token';
import { chanceOf } from '../../../test/soak/chance';
import { type Trouble } from '../../../test/soak/journal';
import { createLeakWatch } from '../../../test/soak/leaks';
import { removalOf } from '../../../test/soak/owners';
import { OwnProcess } from '../../../test/soak/process';
import { VirtualTemporal } from '../../../test/soak/temporal';
import { type ProcessParts, WorkerFleet, depsOf } from '../../../test/soak/workers';
import { type Contestant, type Grant, type OwnAccount } from '../contestant';
import { type Answer, isDone, isRefused, readConversations } from '../world/provider-call';
import { type Outcome } from '../world/seen';
import { Relay, type RelayParts } from './relay';

/** How long the API lets a caller wait. */
const ANSWER_WITHIN_MS = 20 * SECOND_MS;
const MAX_RECOVERIES = 2;
/** The audit runs hourly; a while after something was away, less often does the same. */
const CALM_AFTER_MS = 4 * HOUR_MS;
const CALM_AUDIT_HOURS = 6;

export interface EvergrantParts extends RelayParts {
  /** When something of ours was last away or lost. */
  lastTroubleAt: () => number;
  spoolFolder: string;
  journal: ProcessParts['journal'];
  simulator: { account(name: string): { appScopedId: string }; settings: { appId: string } };
}

/** The service itself: the workflow's own loop, the real activities and PostgreSQL. */
export class Evergrant implements Contestant {
  readonly instagram;
  readonly #temporal: VirtualTemporal;
  readonly #workers: WorkerFleet;
  readonly #api: OwnProcess;
  readonly #deps: Deps;
  readonly #relay: Relay;
  #nextSlotAt = 0;

  constructor(private readonly parts: EvergrantParts) {
    const { time, pool, journal, seed, database, provider, simulator } = parts;
    const leaks = createLeakWatch(journal, time.now);
    const processParts: ProcessParts = {
      ...{ time, database: pool, journal, leaks, seed, provider, databaseWeather: database },
      appId: simulator.settings.appId,
      // As the deployment has it that is shipped.
      spool: openSpool(parts.spoolFolder),
      temporal: () => this.#temporal,
      refreshSlot: (process) => this.#refreshSlot(process),
    };
    const workers = new WorkerFleet(processParts);
    this.#workers = workers;
    const watched = {
      areUp: () => workers.areUp(),
      run: (...work: Parameters<WorkerFleet['run']>) =>
        workers.run(...work).finally(() => this.#relay.somethingHappened()),
    };
    this.#temporal = new VirtualTemporal(time, watched, chanceOf(seed, 'temporal'), leaks);
    this.#api = new OwnProcess('api', time, database, pool);
    this.#deps = depsOf(processParts, this.#api);
    this.instagram = this.#deps.instagram;
    this.#relay = new Relay(parts, processParts, () => this.#temporal.isUp && workers.areUp());
  }

  begin(): void {
    this.#workers.start(2);
    this.#every(HOUR_MS, () => this.#audit());
    this.#every(MINUTE_MS, () => this.#relay.look());
  }

  async connect({ username, account }: OwnAccount, grant: Grant): Promise<void> {
    const id = idOf(username);
    const { time, pool } = this.parts;
    const { sealer, random, pool: own, instagram } = this.#deps;
    await pool.query(
      `insert into integrations (id, provider, app_id, owner_ref, contact_email, state, created_at, updated_at)
       values ($1, 'instagram', $2, $3, $4, 'pending', $5, $5) on conflict do nothing`,
      [id, instagram.settings.appId, username, `${username}@example.com`, new Date(time.now())],
    );
    this.#relay.introduce(id, account);
    const was = await findIntegration(own, id);
    await storeGrant(own, sealer, id, was?.grantNo ?? 0, grant, time.now(), random());
    this.#relay.somethingHappened();
    await this.#temporal.lifecycles.rowChanged(id).catch(() => undefined);
  }

  async appRemoved({ username, account }: OwnAccount): Promise<void> {
    const { time, simulator } = this.parts;
    const { appScopedId } = simulator.account(username);
    const request = removalOf(account, appScopedId, simulator.settings.appId, time.now());
    const actor = instagramActor('127.0.0.1');
    const ended = await deauthorize(this.#deps.pool, request, time.now(), actor).catch(() => []);
    this.#relay.somethingHappened();
    for (const { id } of ended) await this.#temporal.lifecycles.rowChanged(id).catch(() => undefined);
  }

  /** As `GET …/conversations` does it: a refused call is reported, and repeated once it is decided. */
  async use(account: string): Promise<Outcome> {
    const id = this.#relay.integrationOf(account);
    try {
      for (let recoveries = 0; ; recoveries++) {
        const usable = await this.#tokenOnceDecided(id);
        const answer = await this.#read(usable);
        if (isDone(answer)) return 'ok';
        if (!isRefused(answer)) return 'provider';
        if (recoveries === MAX_RECOVERIES) return 'refused';
        const subcode = answer.body?.error?.error_subcode ?? null;
        const report = { version: usable.version, code: 190, subcode, source: 'messages' };
        if ((await this.#answered(this.#temporal.recover(id, report))) === 'undecided') return 'refused';
      }
    } catch (error) {
      if (this.parts.database.isDown) return 'unavailable';
      if (error instanceof NoToken && error.why === 'reconnect_required') return 'reconnect';
      return 'blocked';
    }
  }

  trouble(what: Trouble, isUnderWay: boolean): void {
    if (what === 'workers_down') this.#workers.killAll(isUnderWay);
    if (what !== 'temporal_down') return;
    this.#temporal.isUp = !isUnderWay;
    this.#temporal.resume();
  }

  kill(): void {
    this.#workers.killAtOnce();
  }

  loseTemporal(): void {
    this.#temporal.loseEverything();
  }

  async #audit(): Promise<void> {
    const { time } = this.parts;
    const isRegular = Math.round(time.now() / HOUR_MS) % CALM_AUDIT_HOURS === 0;
    if (isRegular || time.now() - this.parts.lastTroubleAt() < CALM_AFTER_MS) await this.#workers.look();
  }

  #read({ token }: UsableToken): Promise<Answer> {
    return readConversations(this.parts.provider.adapterOf(this.#api), token.reveal());
  }

  async #tokenOnceDecided(id: string): Promise<UsableToken> {
    const read = () => usableToken(this.#deps.pool, this.#deps.sealer, id, this.parts.time.now());
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof NoToken) || error.why !== 'recovery_pending' || !error.integration) throw error;
      const { version } = error.integration;
      await this.#answered(this.#temporal.recover(id, { version, source: 'messages' }));
      return read();
    }
  }

  /** The service's limit on refreshes, which PostgreSQL keeps by a clock that stands still here. */
  async #refreshSlot(process: OwnProcess): Promise<void> {
    const { time } = this.parts;
    const at = Math.max(time.now(), this.#nextSlotAt);
    this.#nextSlotAt = at + SECOND_MS / REFRESHES_PER_SECOND;
    if (at > time.now()) await process.pause(at - time.now());
  }

  /** The decision, or `undecided` when it takes too long or Temporal is away. */
  #answered<T>(decision: Promise<T>): Promise<T | 'undecided'> {
    const { time } = this.parts;
    return time.wait(
      new Promise<T | 'undecided'>((resolve) => {
        const timer = time.after(ANSWER_WITHIN_MS, () => resolve('undecided'));
        void decision
          .catch(() => 'undecided' as const)
          .then((outcome) => {
            timer.cancel();
            resolve(outcome);
          });
      }),
    );
  }

  #every(ms: number, act: () => Promise<void>): void {
    this.parts.time.after(ms, async () => {
      this.#every(ms, act);
      await act();
    });
  }
}

function idOf(username: string): string {
  return `int_${createHash('sha256').update(username).digest('hex').slice(0, 24)}`;
}
