import { type Pool } from 'pg';
import { type Call, type Entry } from '../journal';
import { type Expiry, judgeExpiry } from './expiries';
import { type Findings, type Invariant, count, emptyFindings } from './findings';
import { type Row, type RunPlan, checkRows, readRows } from './rows';
import { searchTokens } from './plain-tokens';
import { Truth } from './truth';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A second refresh of a version before this may follow only a first whose answer was lost. */
const TWICE_WITHIN_MS = HOUR_MS;
/** Notices that were sent are removed some time later. */
const NOTICES_KEPT_MS = 20 * DAY_MS;
const SEARCH_EVERY_MS = 30 * DAY_MS;

interface EventRow {
  id: string;
  seq: string;
  type: string;
  at: Date;
  integration_id: string | null;
  data: { reason: string | null; expiresAt: string | null };
}

/** What of a connection's events matters here. */
interface Story {
  /** The entry into `expired` that nothing has ended yet. */
  open: { at: number; reason: string | null } | null;
  /** When refreshed tokens that came into use will end. */
  refreshedUntil: number[];
}

const LEAVES_EXPIRED = [
  'token.recovered',
  'token.refreshed',
  'integration.reconnected',
  'integration.disconnected',
];

/**
 * Checks what the service did against what really was. Knows the journal and the database by its own statements, and
 * nothing of the service's code.
 */
export class Checker {
  readonly findings: Findings = emptyFindings();
  readonly truth: Truth;
  readonly #stories = new Map<string, Story>();
  readonly #incidents: number[] = [];
  #lastSeq = '0';
  #refreshesChecked = 0;
  #leaksSeen = 0;
  #callsSeen = 0;
  #searchedAt = -Infinity;
  #noticesUntil = 0;
  readonly #inFlight = new Map<string, Call>();

  constructor(
    private readonly db: Pick<Pool, 'query'>,
    private readonly entries: readonly Entry[],
    private readonly plans: () => Map<string, RunPlan>,
  ) {
    this.truth = new Truth(entries);
  }

  /** @param now epoch ms of the virtual clock. @param isLast also looks everywhere for plain tokens */
  async check(now: number, { isLast = false } = {}): Promise<void> {
    this.truth.readUntil(now);
    this.#checkOneAtATime(now);
    await this.#readEvents(now);
    await this.#checkNotices(now);
    const rows = await readRows(this.db);
    for (const row of rows) this.#checkExpiredRow(row, now);
    checkRows(rows, this.plans(), this.truth, now, (connection, text) =>
      this.#report('I5', now, connection, text),
    );
    await this.#checkRefreshes(now);
    for (const { at, where } of this.truth.leaks.slice(this.#leaksSeen))
      this.#report('I3', at, null, `a plain token in ${where}`);
    this.#leaksSeen = this.truth.leaks.length;
    if (!isLast && now - this.#searchedAt < SEARCH_EVERY_MS) return;
    this.#searchedAt = now;
    for (const where of await searchTokens(this.db))
      this.#report('I3', now, null, `a plain token in ${where}`);
  }

  /** I2, from the calls alone. A process that died is no longer asking. */
  #checkOneAtATime(now: number): void {
    for (; this.#callsSeen < this.entries.length; this.#callsSeen++) {
      const call = this.entries[this.#callsSeen]!;
      if (call.at > this.truth.horizon(now)) return;
      if (call.kind !== 'call' || call.path !== '/refresh_access_token' || call.account === null) continue;
      const other = this.#inFlight.get(call.account);
      const endOfOther = other ? Math.min(other.endedAt ?? Infinity, this.truth.deathOf(other.process)) : 0;
      if (endOfOther > call.at)
        this.#report(
          'I2',
          call.at,
          this.#connectionOf(call.account),
          'two refreshes of one account at a time',
        );
      this.#inFlight.set(call.account, call);
    }
  }

  async #readEvents(now: number): Promise<void> {
    const { rows } = await this.db.query<EventRow>(
      'select id, seq, type, at, integration_id, data from events where seq > $1 and at <= $2 order by seq',
      [this.#lastSeq, new Date(this.truth.horizon(now))],
    );
    for (const event of rows) {
      const at = event.at.getTime();
      if (event.type === 'provider.incident_started') this.#incidents.push(at);
      if (event.integration_id !== null) this.#takeEvent(event.integration_id, event, at);
      this.#lastSeq = event.seq;
    }
  }

  #takeEvent(connection: string, { type, data }: EventRow, at: number): void {
    const story = this.#stories.get(connection) ?? { open: null, refreshedUntil: [] };
    this.#stories.set(connection, story);
    const expiresAt = data.expiresAt === null ? 0 : Date.parse(data.expiresAt);
    if (type === 'token.refreshed') story.refreshedUntil.push(expiresAt);
    if (LEAVES_EXPIRED.includes(type)) story.open = null;
    if (type !== 'integration.expired') return;
    if (data.reason === null) this.#report('I4', at, connection, 'expired without a reason');
    const { open } = story;
    // An incident withdraws expiries without an event of each.
    const wasWithdrawn = open && this.#incidents.some((started) => open.at <= started && started <= at);
    if (open && !wasWithdrawn && data.reason !== 'deauthorized')
      this.#report('I4', at, connection, `expired a second time, after ${new Date(open.at).toISOString()}`);
    story.open = { at, reason: data.reason };
    this.#judge({ connection, at, reason: data.reason, expiresAt });
  }

  #judge(expiry: Expiry): void {
    const verdict = judgeExpiry(this.truth, expiry);
    const { expired, lost } = this.findings;
    if (verdict.is === 'owner') expired.owner += 1;
    if (verdict.is === 'lost') {
      expired.lost += 1;
      count(lost, verdict.cause);
    }
    if (verdict.is !== 'wrong') return;
    if (verdict.wasAlive) expired.false += 1;
    this.#report('I1', expiry.at, expiry.connection, `expired (${expiry.reason}), but ${verdict.why}`);
  }

  /** I1 and I4 by the row itself: it says what its event said. */
  #checkExpiredRow(row: Row, now: number): void {
    if (row.state !== 'expired' || row.updated_at.getTime() > this.truth.horizon(now)) return;
    if (this.#stories.get(row.id)?.open?.reason === row.reason) return;
    const at = row.expired_at?.getTime() ?? now;
    this.#report('I4', at, row.id, `its row is expired (${row.reason}), and no event says so`);
    const token = this.truth.find(this.truth.accountOf.get(row.id), row.expires_at?.getTime() ?? 0);
    if (token && !this.truth.deathAt(token, at) && at < Math.max(...token.expiries))
      this.#report('I1', at, row.id, 'its row is expired, and its token is valid');
  }

  /** I4: one mail for each entry into `expired`. */
  async #checkNotices(now: number): Promise<void> {
    const { rows } = await this.db.query<{ integration_id: string; at: Date; mails: string }>(
      `select e.integration_id, e.at, count(d.id) as mails
       from events e left join deliveries d on d.event_id = e.id and d.kind = 'email'
       where e.type = 'integration.expired' and e.relayed_at > $1 and e.relayed_at <= $2
       group by e.id having count(d.id) <> 1`,
      [new Date(Math.max(this.#noticesUntil, now - NOTICES_KEPT_MS)), new Date(now)],
    );
    this.#noticesUntil = now;
    for (const { integration_id, at, mails } of rows)
      this.#report('I4', at.getTime(), integration_id, `${mails} notices of one expiry`);
  }

  /** What the provider gave came into use, and was asked for once. */
  async #checkRefreshes(now: number): Promise<void> {
    const { rows } = await this.db.query<{ integration_id: string; expires_at: Date }>(
      'select integration_id, expires_at from token_versions',
    );
    const stored = new Map<string, number[]>();
    for (const row of rows)
      stored.set(row.integration_id, [...(stored.get(row.integration_id) ?? []), row.expires_at.getTime()]);
    const { refreshes } = this.truth;
    for (; this.#refreshesChecked < refreshes.length; this.#refreshesChecked++) {
      const call = refreshes[this.#refreshesChecked]!;
      if (call.at > now - DAY_MS) return;
      this.#checkTwice(call);
      if (this.#wasKept(call, stored, now)) continue;
      this.#report(
        'I1',
        call.at,
        this.#connectionOf(call.account),
        'a refreshed token arrived and is not stored',
      );
    }
  }

  #wasKept(call: Call, stored: Map<string, number[]>, now: number): boolean {
    const { gave, endedAt, delivered, process, account } = call;
    if (!gave || endedAt === null || !delivered) return true;
    if (this.truth.deathOf(process) - endedAt < HOUR_MS) return true;
    const isIt = (until: number) => Math.abs(until - gave.expiresAt) < 2 * 60_000;
    return this.#connectionsOf(account).some((id) => {
      const known = [...(this.#stories.get(id)?.refreshedUntil ?? []), ...(stored.get(id) ?? [])];
      return known.some(isIt) || this.truth.changedBetween(id, call.at, now);
    });
  }

  #checkTwice(call: Call): void {
    const refreshes = this.truth.token(call.token)?.refreshes ?? [];
    const first = refreshes[refreshes.indexOf(call) - 1];
    if (!first || call.at - first.at > TWICE_WITHIN_MS) return;
    const { refreshedTwice } = this.findings;
    if (first.endedAt === null || this.truth.deathOf(first.process) < call.at)
      return count(refreshedTwice, 'after a kill');
    if (!first.delivered) return count(refreshedTwice, 'after a lost answer');
    const wasRefused = this.truth.token(first.gave?.token ?? null)?.refusedAt.some((at) => at < call.at);
    if (wasRefused) return count(refreshedTwice, 'after a refusal of the new token');
    this.#report('I2', call.at, this.#connectionOf(call.account), 'one version refreshed twice');
  }

  #connectionsOf(account: string | null): string[] {
    return [...this.truth.accountOf].filter(([, one]) => one === account).map(([id]) => id);
  }

  #connectionOf(account: string | null): string | null {
    return this.#connectionsOf(account).at(-1) ?? null;
  }

  #report(invariant: Invariant, at: number, connection: string | null, text: string): void {
    const { violations } = this.findings;
    if (
      violations.some(
        (one) => one.connection === connection && one.invariant === invariant && one.text === text,
      )
    )
      return;
    violations.push({
      invariant,
      at,
      connection,
      account: this.truth.accountOf.get(connection ?? '') ?? null,
      text,
    });
  }
}
