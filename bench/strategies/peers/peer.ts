import { type Gate } from '../../../adapters/instagram/http';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../core/time';
import { type Chance, chanceOf } from '../../../test/soak/chance';
import { type Trouble } from '../../../test/soak/journal';
import { type DatabaseWeather, OwnProcess } from '../../../test/soak/process';
import { type Provider } from '../../../test/soak/provider';
import { type VirtualTime } from '../../../test/soak/schedule';
import { type Contestant, type Grant, type OwnAccount } from '../contestant';
import { get, isDone, isRefused, readConversations } from '../world/provider-call';
import { type Outcome, type SeenJournal } from '../world/seen';
import { type Background, type CreateStrategy, type Product, type Row, type Strategy } from './product';

export interface PeerParts {
  time: VirtualTime;
  provider: Provider;
  database: DatabaseWeather;
  seen: SeenJournal;
  seed: number;
}

const OPEN_GATE: Gate = { enter: () => Promise.resolve(), leave: () => Promise.resolve() };

/** Runs a strategy: its table of connections, a web process that serves users, and a background process. */
export class Peer implements Contestant, Background {
  readonly instagram;
  readonly #rows = new Map<string, Row>();
  readonly #strategy: Strategy;
  readonly #web: OwnProcess;
  readonly #restarts: Chance;
  #worker: OwnProcess;
  #isTemporalUp = true;
  #areWorkersWanted = true;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly parts: PeerParts,
    create: CreateStrategy,
  ) {
    this.#web = this.#process('web');
    this.#worker = this.#process('background');
    this.#restarts = chanceOf(parts.seed, 'restarts');
    this.instagram = parts.provider.clientOf(this.#web, OPEN_GATE);
    this.#strategy = create(this);
  }

  begin(): void {
    this.#strategy.begin?.();
  }

  connect({ account }: OwnAccount, { token, issuedAt, expiresAt }: Grant): Promise<void> {
    this.#requireDatabase();
    const now = this.parts.time.now();
    const life = expiresAt - issuedAt;
    const row: Row = {
      ...{ account, token: token.reveal(), needsReconnect: false, updatedAt: now },
      expiresAt: this.#strategy.expiresAt?.(now, life) ?? now + life,
    };
    this.#rows.set(account, row);
    this.#strategy.connected?.(row);
    return Promise.resolve();
  }

  /** None of them is known to listen. */
  appRemoved(): Promise<void> {
    return Promise.resolve();
  }

  async use(account: string): Promise<Outcome> {
    if (this.parts.database.isDown) return 'unavailable';
    const row = this.#rows.get(account)!;
    const strategy = this.#strategy;
    if (row.needsReconnect && strategy.stops) return 'reconnect';
    const product = this.#productIn(this.#web);
    try {
      await strategy.beforeUse?.(product, row);
      const network = this.parts.provider.adapterOf(this.#web);
      let answer = await readConversations(network, row.token);
      if (isRefused(answer) && (await strategy.refused?.(product, row)))
        answer = await readConversations(network, row.token);
      if (isDone(answer)) strategy.used?.(product, row);
      if (isDone(answer)) return 'ok';
      return isRefused(answer) ? 'refused' : 'provider';
    } catch {
      return 'blocked';
    }
  }

  everyDay(hour: number, work: (product: Product) => Promise<void>): void {
    const { time } = this.parts;
    const midnight = Math.floor(time.now() / DAY_MS) * DAY_MS;
    const first = midnight + hour * HOUR_MS;
    const run = (at: number): void =>
      void time.at(at, async () => {
        run(at + DAY_MS);
        // A run that fails has ended.
        if (this.#isUp()) await work(this.#productIn(this.#worker)).catch(() => undefined);
      });
    run(first > time.now() ? first : first + DAY_MS);
  }

  at(instant: number, work: (product: Product) => Promise<void>): void {
    this.parts.time.at(instant, () => this.#whenUp(work));
  }

  trouble(what: Trouble, isUnderWay: boolean): void {
    if (what === 'temporal_down') this.#isTemporalUp = !isUnderWay;
    if (what === 'workers_down') {
      this.#areWorkersWanted = !isUnderWay;
      if (isUnderWay) this.#worker.die();
      else this.#restart();
    }
    this.#resume();
  }

  kill(): void {
    // Drawn at each kill, whether or not something runs.
    const downMs = this.#restarts.logBetween(5 * SECOND_MS, 20 * 60 * SECOND_MS);
    this.#worker.die();
    this.parts.time.after(downMs, () => this.#restart());
  }

  loseTemporal(): void {
    // Its timers are told from the rows.
  }

  #process(name: string): OwnProcess {
    return new OwnProcess(name, this.parts.time, this.parts.database, null as never);
  }

  #restart(): void {
    if (!this.#areWorkersWanted || !this.#worker.isDead) return;
    this.#worker = this.#process('background');
    this.#resume();
  }

  #isUp(): boolean {
    return !this.#worker.isDead && (this.#isTemporalUp || !this.#strategy.runsOnTemporal);
  }

  async #whenUp(work: (product: Product) => Promise<void>): Promise<void> {
    const again = () => void this.parts.time.after(SECOND_MS, () => this.#whenUp(work));
    if (!this.#isUp()) return void this.#waiting.push(again);
    const process = this.#worker;
    const cutOff = () => void this.#waiting.push(again);
    process.onDeath.add(cutOff);
    await work(this.#productIn(process)).catch(() => undefined);
    process.onDeath.delete(cutOff);
  }

  #resume(): void {
    if (!this.#isUp()) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const again of waiting) again();
  }

  #requireDatabase(): void {
    if (this.parts.database.isDown) throw new Error('The database is away.');
  }

  #productIn(process: OwnProcess): Product {
    const { time, provider, seen } = this.parts;
    const network = provider.adapterOf(process);
    const see = (row: Row, entry: { kind: 'asked' } | { kind: 'works' }) =>
      seen.add({ ...entry, at: time.now(), account: row.account });
    return {
      now: time.now,
      rows: () => {
        this.#requireDatabase();
        return [...this.#rows.values()];
      },
      refresh: (row) =>
        get(network, '/refresh_access_token', { grant_type: 'ig_refresh_token', access_token: row.token }),
      probe: (token) => get(network, '/v25.0/me', { fields: 'user_id', access_token: token }),
      save: (row, token, expiresAt) => {
        this.#requireDatabase();
        Object.assign(row, { token, expiresAt, updatedAt: time.now() });
      },
      askToReconnect: (row) => {
        this.#requireDatabase();
        if (!row.needsReconnect) see(row, { kind: 'asked' });
        row.needsReconnect = true;
      },
      showAsConnected: (row) => {
        this.#requireDatabase();
        if (row.needsReconnect) see(row, { kind: 'works' });
        row.needsReconnect = false;
      },
      notify: (row, asks) => seen.add({ kind: 'notice', at: time.now(), account: row.account, asks }),
    };
  }
}
