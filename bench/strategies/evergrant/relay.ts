import { type Pool } from 'pg';
import { deliverNext } from '../../../activities/deliveries/deliver-next';
import { type Deps } from '../../../activities/deps';
import { type Mail } from '../../../adapters/mail/mailer';
import { relayEvents } from '../../../adapters/postgres/deliveries/outbox';
import { OwnProcess } from '../../../test/soak/process';
import { type ProcessParts, depsOf } from '../../../test/soak/workers';
import { type Asks } from '../world/seen';
import { type PeerParts } from '../peers/peer';

export interface RelayParts extends PeerParts {
  pool: Pool;
}

/** What an email about an event asks its reader for. */
const ASKS: Record<string, Asks> = {
  'integration.expired': 'reconnect',
  'integration.reminder': 'reminder',
  'token.owner_action_required': 'act',
  'token.expiring': 'warning',
};

/** After these a connection is no longer shown as expired. */
const WORKS = ['token.recovered', 'token.refreshed', 'integration.reconnected'];

/** Turns the service's events into emails by its own relay and deliveries, and notes what people see. */
export class Relay {
  readonly #deps: Deps;
  readonly #accounts = new Map<string, string>();
  readonly #integrations = new Map<string, string>();
  readonly #asked = new Set<string>();
  #isDirty = false;
  #nextAt = Infinity;
  #lastSeq = '0';

  constructor(
    private readonly parts: RelayParts,
    processParts: ProcessParts,
    private readonly isUp: () => boolean,
  ) {
    const process = new OwnProcess('mails', parts.time, parts.database, parts.pool);
    const mailer = { send: (mail: Mail) => this.#sent(mail) } as Deps['mailer'];
    this.#deps = { ...depsOf(processParts, process), mailer };
  }

  introduce(integration: string, account: string): void {
    this.#accounts.set(integration, account);
    this.#integrations.set(account, integration);
  }

  integrationOf(account: string): string {
    return this.#integrations.get(account)!;
  }

  somethingHappened(): void {
    this.#isDirty = true;
  }

  /** To be called each minute. */
  async look(): Promise<void> {
    const { time, database, pool } = this.parts;
    if (!this.#isDirty && time.now() < this.#nextAt) return;
    await this.#readEvents();
    if (!this.isUp() || database.isDown) return;
    this.#isDirty = false;
    try {
      const reach = { owners: true, operators: false };
      while ((await relayEvents(this.#deps.pool, reach, time.now())) > 0);
      const { rows } = await pool.query<{ lane: string }>(
        `select distinct lane from deliveries where status = 'waiting' and next_attempt_at <= $1`,
        [new Date(time.now())],
      );
      for (const { lane } of rows) await deliverNext(this.#deps, { lane });
    } catch {
      this.#isDirty = true;
    }
    const { rows } = await pool.query<{ next: Date | null }>(
      `select min(next_attempt_at) as next from deliveries where status = 'waiting'`,
    );
    this.#nextAt = rows[0]?.next?.getTime() ?? Infinity;
  }

  async #sent({ id }: Mail): Promise<void> {
    const { pool, seen, time } = this.parts;
    const { rows } = await pool.query<{ event_type: string; integration_id: string | null }>(
      'select event_type, integration_id from deliveries where id = $1',
      [id],
    );
    const account = this.#accounts.get(rows[0]?.integration_id ?? '');
    if (account === undefined) return;
    seen.add({ kind: 'notice', at: time.now(), account, asks: ASKS[rows[0]!.event_type] ?? 'none' });
  }

  async #readEvents(): Promise<void> {
    const { rows } = await this.parts.pool.query<{
      seq: string;
      type: string;
      at: Date;
      integration_id: string | null;
    }>('select seq, type, at, integration_id from events where seq > $1 order by seq', [this.#lastSeq]);
    for (const { seq, type, at, integration_id: id } of rows) {
      this.#lastSeq = seq;
      if (type === 'provider.incident_started') await this.#noteWithdrawn(at.getTime());
      if (id === null) continue;
      if (type === 'integration.expired') this.#note(id, 'asked', at.getTime());
      if (WORKS.includes(type)) this.#note(id, 'works', at.getTime());
    }
  }

  /** An incident withdraws expiries without an event of each. */
  async #noteWithdrawn(at: number): Promise<void> {
    const { rows } = await this.parts.pool.query<{ id: string }>(
      `select id from integrations where state <> 'expired' and id = any ($1)`,
      [[...this.#asked]],
    );
    for (const { id } of rows) this.#note(id, 'works', at);
  }

  #note(integration: string, kind: 'asked' | 'works', at: number): void {
    const account = this.#accounts.get(integration);
    if (account === undefined || (kind === 'asked') === this.#asked.has(integration)) return;
    if (kind === 'asked') this.#asked.add(integration);
    else this.#asked.delete(integration);
    this.parts.seen.add({ kind, at, account });
  }
}
