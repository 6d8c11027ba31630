import { type Pool, type PoolClient } from 'pg';
import { type Chance } from './chance';
import { type VirtualTime } from './schedule';

/** The database as processes meet it: away for a while, or breaking off in the middle. */
export interface DatabaseWeather {
  isDown: boolean;
  /** How likely one query breaks its connection. */
  breaks: number;
  chance: Chance;
}

/**
 * One process of ours. Once it is dead, nothing of it goes on: its work stays where it was, its connections are cut,
 * and so PostgreSQL undoes what was not committed.
 */
export class OwnProcess {
  isDead = false;
  /** Dies after so many more steps (queries and calls) of its work; null: not planned. */
  stepsToLive: number | null = null;
  /** Whether only steps with a refresh or recovery under way count. */
  diesAtWork = false;
  /** Refreshes and recoveries under way. */
  atWork = 0;
  /** Called when it dies. */
  readonly onDeath = new Set<() => void>();
  readonly #connections = new Set<PoolClient>();

  constructor(
    readonly name: string,
    private readonly time: VirtualTime,
    private readonly weather: DatabaseWeather,
    private readonly database: Pool,
  ) {}

  /** Passes virtual time within the process' work. */
  readonly pause = async (ms: number): Promise<void> => {
    await this.time.sleep(ms);
    if (this.isDead) await this.time.hang();
  };

  /** A point at which the process may die. */
  async step(): Promise<void> {
    const counts = this.stepsToLive !== null && (this.atWork > 0 || !this.diesAtWork);
    if (counts && --this.stepsToLive! <= 0) this.die();
    if (this.isDead) await this.time.hang();
  }

  die(): void {
    if (this.isDead) return;
    this.isDead = true;
    for (const connection of this.#connections) connection.release(true);
    this.#connections.clear();
    for (const tell of this.onDeath) tell();
  }

  /** The pool of this process. Only what the service uses of one. */
  readonly pool = {
    query: (text: string, values?: unknown[]) =>
      this.#ask(
        () => this.database.query(text, values),
        () => undefined,
      ),
    connect: async () => {
      await this.step();
      if (this.weather.isDown) throw refused();
      return this.#wrap(await this.database.connect());
    },
  } as unknown as Pool;

  #wrap(connection: PoolClient): PoolClient {
    this.#connections.add(connection);
    connection.on('error', ignore);
    let broken = false;
    const release = (error?: Error | boolean) => {
      if (!this.#connections.delete(connection)) return;
      connection.off('error', ignore);
      connection.release(broken || error);
    };
    return {
      query: (text: string, values?: unknown[]) =>
        broken
          ? Promise.reject(cut())
          : this.#ask(
              () => connection.query(text, values),
              () => (broken = true),
            ),
      release,
      on: () => undefined,
      off: () => undefined,
    } as unknown as PoolClient;
  }

  async #ask<T>(query: () => Promise<T>, breakOff: () => unknown): Promise<T> {
    await this.step();
    const { isDown, breaks, chance } = this.weather;
    if (isDown) {
      breakOff();
      throw refused();
    }
    const isBroken = chance.hits(breaks);
    // Half of them break once the server has done it: of a commit nobody knows then.
    if (isBroken && chance.hits(0.5)) {
      breakOff();
      throw cut();
    }
    const answer = await query();
    if (isBroken) {
      breakOff();
      throw cut();
    }
    await this.step();
    return answer;
  }
}

const refused = () =>
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
/** Of a connection that is cut; whoever uses it is told by its query. */
const ignore = () => undefined;
const cut = () => new Error('Connection terminated unexpectedly');
