import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type Simulator } from '../../../simulator/index';
import { type Chance, chanceOf } from '../../../test/soak/chance';
import { consent } from '../../../test/soak/consent';
import { type Journal } from '../../../test/soak/journal';
import { CURABLE, INVALIDATIONS } from '../../../test/soak/owners';
import { type Provider, digestOf } from '../../../test/soak/provider';
import { type VirtualTime } from '../../../test/soak/schedule';
import { type Contestant, type OwnAccount } from '../contestant';
import { type Seen, type SeenJournal } from './seen';

export interface OwnerParts {
  time: VirtualTime;
  simulator: Simulator;
  provider: Provider;
  journal: Journal;
  seen: SeenJournal;
  contestant: Contestant;
  /** Whether nothing of ours runs. */
  isDown: () => boolean;
  seed: number;
}

interface Owner extends OwnAccount {
  number: number;
  isConnected: boolean;
  /** The owner removed the app since the last connect: nothing that happens to the account revives a token. */
  hasRemovedApp: boolean;
  /** The product asks to reconnect, and has not said since that all is well. */
  isAsked: boolean;
  /** A call was refused, and none went well since. */
  isRefused: boolean;
  isComing: boolean;
  isWondering: boolean;
}

/**
 * The owners of the accounts. When they come, when they change passwords, remove the app and confirm logins is drawn
 * beforehand; how soon they follow a request is drawn by its day. So whatever a product does, it meets the same owners.
 */
export class Owners {
  readonly #owners = new Map<string, Owner>();

  constructor(private readonly parts: OwnerParts) {
    parts.seen.listen((seen) => this.#react(seen));
  }

  begin(count: number, withinMs: number): void {
    const { simulator, time, seed } = this.parts;
    for (let number = 0; number < count; number++) {
      const username = `shop.${number}`;
      const { id: account } = simulator.addAccount({ username });
      const is = {
        isConnected: false,
        hasRemovedApp: false,
        isAsked: false,
        isRefused: false,
        isComing: true,
        isWondering: false,
      };
      const owner: Owner = { username, account, number, ...is };
      this.#owners.set(account, owner);
      const chance = chanceOf(seed, 'owner', number);
      time.after(chance.hits(0.2) ? withinMs / 2 : chance.between(0, withinMs), () => this.#connect(owner));
      this.#harm(owner, chance);
    }
  }

  accounts(): string[] {
    return [...this.#owners.keys()];
  }

  isConnected(account: string): boolean {
    return this.#owners.get(account)?.isConnected ?? false;
  }

  /** Through the consent page. Whatever fails, the owner tries again later. */
  async #connect(owner: Owner): Promise<void> {
    const { time, seen, contestant, seed, isDown } = this.parts;
    try {
      if (isDown()) throw new Error('The page does not open.');
      const grant = await consent({ ...this.parts, instagram: contestant.instagram }, owner);
      await contestant.connect(owner, grant);
      owner.isConnected = true;
      owner.hasRemovedApp = false;
      owner.isComing = owner.isAsked = owner.isRefused = false;
      seen.add({
        ...{ kind: 'granted', at: time.now(), account: owner.account },
        token: digestOf(grant.token.reveal())!,
      });
    } catch {
      const chance = chanceOf(seed, 'tries again', owner.number, Math.floor(time.now() / MINUTE_MS));
      time.after(chance.between(MINUTE_MS, HOUR_MS), () => this.#connect(owner));
    }
  }

  #react(seen: Seen): void {
    const owner = this.#owners.get(seen.account)!;
    switch (seen.kind) {
      case 'granted':
        return;
      case 'asked':
        owner.isAsked = true;
        return;
      case 'works':
        owner.isAsked = false;
        return;
      case 'notice':
        if (seen.asks === 'reconnect' || seen.asks === 'reminder') this.#comes(owner);
        if (seen.asks === 'act') this.#acts(owner);
        return;
      case 'use':
        if (seen.outcome === 'ok') owner.isRefused = false;
        if (seen.outcome === 'refused') this.#wonders(owner);
        // Whoever uses a product sees what it shows.
        if (owner.isAsked || seen.outcome === 'reconnect') this.#comes(owner);
    }
  }

  /** Asked to reconnect, most do, some time; one in ten does nothing that day. */
  #comes(owner: Owner): void {
    const { time, seed } = this.parts;
    if (owner.isComing) return;
    const chance = chanceOf(seed, 'comes', owner.number, Math.floor(time.now() / DAY_MS));
    if (chance.hits(0.1)) return;
    owner.isComing = true;
    time.after(chance.logBetween(10 * MINUTE_MS, 10 * DAY_MS), () => {
      owner.isComing = owner.isAsked || owner.isRefused;
      return owner.isComing ? this.#connect(owner) : undefined;
    });
  }

  /** Calls fail and nobody says why: some time later the owner finds out. */
  #wonders(owner: Owner): void {
    const { time, seed } = this.parts;
    owner.isRefused = true;
    if (owner.isWondering || owner.isComing) return;
    owner.isWondering = true;
    const chance = chanceOf(seed, 'wonders', owner.number, Math.floor(time.now() / DAY_MS));
    time.after(chance.logBetween(HOUR_MS, 7 * DAY_MS), () => {
      owner.isWondering = false;
      if (owner.isRefused) this.#comes(owner);
    });
  }

  /** Told to confirm something on Instagram, the owner does it within days. */
  #acts(owner: Owner): void {
    const { time, seed } = this.parts;
    const chance = chanceOf(seed, 'acts', owner.number, Math.floor(time.now() / DAY_MS));
    if (!chance.hits(0.1))
      time.after(chance.logBetween(10 * MINUTE_MS, 10 * DAY_MS), () => this.#cure(owner));
  }

  /** What happens to the account and kills its tokens. */
  #harm(owner: Owner, chance: Chance): void {
    const { time, simulator, journal } = this.parts;
    time.after(chance.exponential(250 * DAY_MS), () => {
      const how = chance.weighted(INVALIDATIONS as Record<string, number>);
      const subcode = how === 'none' ? null : Number(how);
      const [isReported, isCured] = [chance.hits(0.6), chance.hits(0.85)];
      const [reportedAfterMs, curedAfterMs] = [
        chance.between(0, MINUTE_MS),
        chance.logBetween(HOUR_MS, 6 * DAY_MS),
      ];
      this.#harm(owner, chance);
      if (owner.hasRemovedApp) return;
      owner.hasRemovedApp = subcode === 458;
      simulator.invalidate(owner.username, subcode);
      journal.add({ kind: 'invalidated', at: time.now(), account: owner.account, subcode });
      if (subcode === 458 && isReported) time.after(reportedAfterMs, () => this.#report(owner));
      if (subcode !== null && CURABLE.includes(subcode) && isCured)
        time.after(curedAfterMs, () => this.#cure(owner));
    });
  }

  /** Instagram reports that the app was removed, until somebody listens. */
  #report(owner: Owner): unknown {
    const { time, contestant, isDown } = this.parts;
    return isDown() ? time.after(HOUR_MS, () => this.#report(owner)) : contestant.appRemoved(owner);
  }

  #cure({ username, account, hasRemovedApp }: Owner): void {
    if (hasRemovedApp) return;
    const { time, simulator, journal } = this.parts;
    simulator.restore(username);
    journal.add({ kind: 'restored', at: time.now(), account });
  }
}
