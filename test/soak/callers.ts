import { type Pool } from 'pg';
import { type Deps } from '../../activities/deps';
import { claimReport, releaseReport } from '../../adapters/postgres/tokens/rejection-reports';
import { DAY_MS, SECOND_MS } from '../../core/time';
import { type Chance, chanceOf } from './chance';
import { type VirtualTime } from './schedule';
import { type VirtualTemporal } from './temporal';

export interface CallerParts {
  time: VirtualTime;
  temporal: VirtualTemporal;
  deps: Deps;
  database: Pool;
  seed: number;
}

/** The programs that use the tokens: they report refused calls in crowds, rightly or not, of new versions and old ones. */
export class Callers {
  readonly #chance: Chance;

  constructor(private readonly parts: CallerParts) {
    this.#chance = chanceOf(parts.seed, 'callers');
  }

  /** Now and then somebody reports a refusal without a cause, or asks for a refresh. */
  begin(connections: number): void {
    const again = (meanMs: number, act: (id: string) => unknown): void =>
      void this.parts.time.after(this.#chance.exponential(meanMs / connections), async () => {
        const { rows } = await this.parts.database.query<{ id: string }>(
          `select id from integrations where state <> 'pending' order by id`,
        );
        if (rows.length > 0) await act(this.#chance.pick(rows).id);
        again(meanMs, act);
      });
    again(60 * DAY_MS, (id) => this.#crowd(id));
    again(200 * DAY_MS, (id) => this.parts.temporal.lifecycles.refreshNow(id).catch(() => undefined));
  }

  /** A crowd meets a dead token, some time from now. */
  notice(id: string, withinMs: number): void {
    this.parts.time.after(this.#chance.between(0, withinMs), () => this.#crowd(id));
  }

  async #crowd(id: string): Promise<void> {
    const { time, database } = this.parts;
    const { rows } = await database.query<{ version: number }>(
      `select token_version as version from integrations where id = $1 and state <> 'disconnected'`,
      [id],
    );
    const version = rows[0]?.version ?? 0;
    if (version === 0) return;
    const size = 1 + Math.floor(this.#chance.next() ** 3 * 20);
    for (let i = 0; i < size; i++) {
      const reported = this.#chance.hits(0.15) ? Math.max(1, version - 1) : version;
      const way = this.#chance.weighted({ update: 4, signal: 4, recheck: 1 });
      time.after(this.#chance.between(0, 3 * SECOND_MS), () => this.#report(id, reported, way));
    }
  }

  async #report(id: string, version: number, way: 'update' | 'signal' | 'recheck'): Promise<void> {
    const { time, temporal, deps } = this.parts;
    const report = { version, code: 190, subcode: this.#chance.pick([null, 460, 463]), source: 'caller' };
    try {
      if (way === 'recheck')
        await time.wait(temporal.recover(id, { version, source: 'caller', recheck: true }));
      if (way === 'update') await time.wait(temporal.recover(id, report));
      if (way !== 'signal' || !(await claimReport(deps.pool, id, version, time.now()))) return;
      await temporal.lifecycles.tokenRejected(id, report).catch(() => releaseReport(deps.pool, id, version));
    } catch {
      // Temporal or the database is away: the caller goes without an answer.
    }
  }
}
