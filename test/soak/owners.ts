import { instagramActor } from '../../core/access/actor';
import { createHash } from 'node:crypto';
import { type Pool } from 'pg';
import { type Deps } from '../../activities/deps';
import { deauthorize } from '../../adapters/postgres/integrations/deauthorize';
import { disconnect } from '../../adapters/postgres/integrations/disconnect';
import { storeGrant } from '../../adapters/postgres/integrations/grants';
import { findIntegration, setPaused } from '../../adapters/postgres/integrations/integrations';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { type Simulator } from '../../simulator/index';
import { type Chance, chanceOf } from './chance';
import { consent } from './consent';
import { type Happening, type Journal } from './journal';
import { type Provider } from './provider';
import { type VirtualTime } from './schedule';
import { type VirtualTemporal } from './temporal';

/** How tokens die before their time, as refusals put it, by weight. */
export const INVALIDATIONS = { 460: 3, 458: 3, 492: 1, 463: 1, 467: 1, none: 1, 459: 3, 490: 1, 464: 1 };
/** Those after which a token works again once its owner did what Instagram asks. */
export const CURABLE = [459, 490, 464];

const SOMEBODY = { kind: 'api_key', name: 'soak' } as const;

export interface OwnerParts {
  time: VirtualTime;
  simulator: Simulator;
  provider: Provider;
  journal: Journal;
  temporal: VirtualTemporal;
  /** What the API acts with. */
  deps: Deps;
  /** The world looks at the rows by its own connections. */
  database: Pool;
  seed: number;
  callers: { notice(connection: string, withinMs: number): void };
}

interface Owner {
  username: string;
  account: string;
  /** The integration that the account is connected by, or was last. */
  connection: string;
  connections: number;
  isReturning: boolean;
  chance: Chance;
}

/** The owners of the accounts: they connect, change their passwords, remove the app, pause, leave and come back. */
export class Owners {
  readonly #owners = new Map<string, Owner>();

  constructor(private readonly parts: OwnerParts) {}

  /** Lets owners come during the first days, some of them at one instant. */
  begin(count: number, withinMs: number): void {
    for (let i = 0; i < count; i++) {
      const username = `shop.${i}`;
      const { id } = this.parts.simulator.addAccount({ username });
      const chance = chanceOf(this.parts.seed, 'owner', i);
      const owner = { username, account: id, connection: '', connections: 0, isReturning: false, chance };
      const comesAfterMs = chance.hits(0.2) ? withinMs / 2 : chance.between(0, withinMs);
      this.parts.time.after(comesAfterMs, () => this.#connectNew(owner));
      this.#live(owner);
    }
  }

  /** Once a day: owners whose connection expired are asked to reconnect, and most do, some time. */
  async remind(): Promise<void> {
    const { rows } = await this.parts.database.query<{ id: string }>(
      `select id from integrations where state = 'expired' order by id`,
    );
    for (const { id } of rows) {
      const owner = this.#owners.get(id);
      if (!owner || owner.isReturning) continue;
      owner.isReturning = true;
      const { chance } = owner;
      if (chance.hits(0.1)) continue;
      this.parts.time.after(chance.logBetween(HOUR_MS, 40 * DAY_MS), () => this.#connect(owner, 0));
    }
  }

  #live(owner: Owner): void {
    const { chance } = owner;
    const again = (meanMs: number, act: () => unknown): void =>
      void this.parts.time.after(chance.exponential(meanMs), async () => {
        if (owner.connection !== '') await act();
        again(meanMs, act);
      });
    again(250 * DAY_MS, () => this.#invalidate(owner));
    again(150 * DAY_MS, () => this.#pause(owner));
    again(900 * DAY_MS, () => this.#leave(owner));
  }

  async #connectNew(owner: Owner): Promise<void> {
    const { time, deps, database } = this.parts;
    owner.connections += 1;
    const name = `${owner.username}/${owner.connections}`;
    const id = `int_${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
    // Not by the service's own function, which gives random ids.
    await database.query(
      `insert into integrations (id, provider, app_id, owner_ref, contact_email, state, created_at, updated_at)
       values ($1, 'instagram', $2, $3, $4, 'pending', $5, $5)`,
      [
        id,
        deps.instagram.settings.appId,
        owner.username,
        `${owner.username}@example.com`,
        new Date(time.now()),
      ],
    );
    owner.connection = id;
    this.#owners.set(id, owner);
    await this.#connect(owner, 0);
  }

  /** Through the consent page and what follows it. Whatever fails, the owner tries again later. */
  async #connect(owner: Owner, tries: number): Promise<void> {
    const { time, deps, temporal, journal, simulator, provider } = this.parts;
    const id = owner.connection;
    try {
      const was = await findIntegration(deps.pool, id);
      if (!was || was.state === 'disconnected') return;
      const grant = await consent({ simulator, instagram: deps.instagram, provider }, owner);
      // Before it is stored: that may succeed although its answer is lost.
      if (was.grantNo === 0)
        journal.add({ kind: 'connected', at: time.now(), connection: id, account: owner.account });
      await storeGrant(deps.pool, deps.sealer, id, was.grantNo, grant, time.now(), deps.random());
      if (was.grantNo > 0) this.#note('reconnected', id);
      owner.isReturning = false;
    } catch {
      const waitMs = owner.chance.between(MINUTE_MS, HOUR_MS) * Math.min(tries + 1, 12);
      time.after(waitMs, () => this.#connect(owner, tries + 1));
      return;
    }
    await temporal.lifecycles.rowChanged(id).catch(() => undefined);
  }

  /** Something happens to the account that kills its tokens; often somebody notices soon. */
  async #invalidate(owner: Owner): Promise<void> {
    const { time, simulator, journal, callers } = this.parts;
    const { chance, username, account } = owner;
    const how = chance.weighted(INVALIDATIONS as Record<string, number>);
    const subcode = how === 'none' ? null : Number(how);
    simulator.invalidate(username, subcode);
    journal.add({ kind: 'invalidated', at: time.now(), account, subcode });
    if (chance.hits(0.7)) callers.notice(owner.connection, chance.logBetween(SECOND_MS, DAY_MS));
    if (subcode === 458 && chance.hits(0.6))
      time.after(chance.between(0, MINUTE_MS), () => this.#removeApp(owner, chance.hits(0.3) ? 2 : 1));
    if (subcode !== null && CURABLE.includes(subcode) && chance.hits(0.85))
      time.after(chance.logBetween(HOUR_MS, 6 * DAY_MS), () => this.#cure(owner));
  }

  #cure({ username, account, connection, chance }: Owner): void {
    const { time, simulator, journal, callers } = this.parts;
    simulator.restore(username);
    journal.add({ kind: 'restored', at: time.now(), account });
    if (chance.hits(0.5)) callers.notice(connection, MINUTE_MS);
  }

  /** Instagram reports it, and sometimes repeats itself. */
  async #removeApp(owner: Owner, times: number): Promise<void> {
    const { time, simulator, deps, temporal } = this.parts;
    const { appScopedId } = simulator.account(owner.username);
    const request = removalOf(owner.account, appScopedId, deps.instagram.settings.appId, time.now());
    for (let i = 0; i < times; i++) {
      const ended = await deauthorize(deps.pool, request, time.now(), instagramActor('127.0.0.1')).catch(
        () => [],
      );
      for (const { id } of ended) {
        this.#note('app_removed', id);
        await temporal.lifecycles.rowChanged(id).catch(() => undefined);
      }
    }
  }

  async #pause(owner: Owner): Promise<void> {
    const { connection: id, chance } = owner;
    if (!(await this.#setPaused(id, true))) return;
    const resume = async (): Promise<void> => {
      if (!(await this.#setPaused(id, false))) this.parts.time.after(HOUR_MS, resume);
    };
    this.parts.time.after(chance.logBetween(HOUR_MS, 60 * DAY_MS), resume);
  }

  async #setPaused(id: string, paused: boolean): Promise<boolean> {
    const { time, deps, temporal } = this.parts;
    const row = await setPaused(deps.pool, id, paused, time.now(), SOMEBODY).catch(() => undefined);
    if (row === undefined) return false;
    if (row) this.#note(paused ? 'paused' : 'resumed', id);
    await temporal.lifecycles.rowChanged(id).catch(() => undefined);
    return true;
  }

  /** Disconnects, and connects the same account as a new integration some time later. */
  async #leave(owner: Owner): Promise<void> {
    const { time, deps, temporal } = this.parts;
    const id = owner.connection;
    const row = await disconnect(deps.pool, id, time.now()).catch(() => null);
    if (!row) return;
    owner.connection = '';
    owner.isReturning = false;
    this.#note('disconnected', id);
    time.after(owner.chance.logBetween(HOUR_MS, 30 * DAY_MS), () => this.#connectNew(owner));
    await temporal.lifecycles.rowChanged(id).catch(() => undefined);
  }

  #note(
    kind: 'reconnected' | 'app_removed' | 'paused' | 'resumed' | 'disconnected',
    connection: string,
  ): void {
    this.parts.journal.add({ kind, at: this.parts.time.now(), connection } as Happening);
  }
}

/** What Instagram reports when an owner removed the app. */
export function removalOf(account: string, userId: string, appId: string, now: number) {
  const issuedBefore = (Math.floor(now / 1_000) + 1) * 1_000;
  const digest = createHash('sha256').update(`${account}/${issuedBefore}`).digest();
  return { provider: 'instagram', appId, userId, issuedBefore, digest };
}
