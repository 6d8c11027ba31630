import { type Call, type Entry, type Trouble } from '../journal';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A call is over, one way or the other, this long after it began. */
const CALL_MS = 2 * MINUTE_MS;
/** The service counts a lifetime from its request, the provider from its answer. */
const TOLERANCE_MS = 2 * MINUTE_MS;
/** What a token that was replaced by a refresh is refused with. */
const SUPERSEDED = 462;

export interface Span {
  from: number;
  to: number;
}

/** One token as the provider knows it. */
export interface Token {
  id: string;
  account: string;
  issuedAt: number;
  /** Where its life ended, or will; a refresh that returns the same token adds one. */
  expiries: number[];
  /** When it was dead before its time, and how its refusals put it. */
  deaths: (Span & { subcode: number | null })[];
  /** Refreshes of it that the provider carried out. */
  refreshes: Call[];
  /** When a call with it was refused as one with a dead token, rightly or not. */
  refusedAt: number[];
}

/** What really was, as the journal tells it. */
export class Truth {
  readonly accountOf = new Map<string, string>();
  /** Refreshes that the provider carried out, oldest first. */
  readonly refreshes: Call[] = [];
  readonly leaks: { at: number; where: string }[] = [];
  readonly #tokens = new Map<string, Token>();
  readonly #byAccount = new Map<string, Token[]>();
  readonly #troubles = new Map<string, Span[]>();
  readonly #pauses = new Map<string, Span[]>();
  readonly #changes = new Map<string, { at: number; kind: string }[]>();
  readonly #deaths = new Map<string, number>();
  #oldDies = false;
  #read = 0;

  constructor(readonly entries: readonly Entry[]) {}

  /** Reads on in the journal, as far as its calls are over. */
  readUntil(now: number): void {
    const news: { at: number; apply: () => void }[] = [];
    for (; this.#read < this.entries.length; this.#read++) {
      const entry = this.entries[this.#read]!;
      if (entry.at > now - CALL_MS) break;
      news.push({
        at: entry.kind === 'call' ? (entry.reachedAt ?? entry.at) : entry.at,
        apply: () => this.#take(entry),
      });
    }
    for (const { apply } of news.sort((a, b) => a.at - b.at)) apply();
  }

  /** How far `readUntil` came. */
  horizon(now: number): number {
    return now - CALL_MS;
  }

  /** The token of an account whose life ends at about this instant; the newest. */
  find(account: string | undefined, expiresAt: number): Token | undefined {
    return this.#byAccount
      .get(account ?? '')
      ?.findLast(({ expiries }) => expiries.some((one) => Math.abs(one - expiresAt) <= TOLERANCE_MS));
  }

  token(id: string | null): Token | undefined {
    return this.#tokens.get(id ?? '');
  }

  /** Why a token was dead at an instant, before its time; undefined: it was not. */
  deathAt(token: Token, at: number): Token['deaths'][number] | undefined {
    return token.deaths.find(({ from, to }) => from <= at && at < to);
  }

  isSuperseded(death: { subcode: number | null }): boolean {
    return death.subcode === SUPERSEDED;
  }

  /** Times within a span in which one of the troubles was under way. */
  troubles(span: Span, ...kinds: Trouble[]): Span[] {
    const all = kinds.flatMap((kind) => this.#troubles.get(kind) ?? []);
    return all.filter(({ from, to }) => to > span.from && from < span.to);
  }

  pauses(connection: string, span: Span): Span[] {
    return (this.#pauses.get(connection) ?? []).filter(({ from, to }) => to > span.from && from < span.to);
  }

  /** Whether nothing of ours was away, or lost, since an instant. */
  isCalmSince(at: number, now: number): boolean {
    const span = { from: at, to: now };
    return this.troubles(span, 'temporal_down', 'workers_down', 'database_down').length === 0;
  }

  /** When a process died; Infinity: it did not. */
  deathOf(process: string): number {
    return this.#deaths.get(process) ?? Infinity;
  }

  /** Whether the world changed the connection between two instants: reconnect, disconnect, removal of the app. */
  changedBetween(connection: string, from: number, to: number): boolean {
    return (this.#changes.get(connection) ?? []).some(
      ({ at, kind }) => kind !== 'paused' && kind !== 'resumed' && from <= at && at <= to,
    );
  }

  wasRemoved(connection: string, at: number): boolean {
    return (this.#changes.get(connection) ?? []).some(
      (one) => one.kind === 'app_removed' && Math.abs(one.at - at) < DAY_MS,
    );
  }

  #take(entry: Entry): void {
    switch (entry.kind) {
      case 'call':
        return this.#takeCall(entry);
      case 'connected':
        this.accountOf.set(entry.connection, entry.account);
        return;
      case 'mode':
        this.#oldDies = entry.refreshReturns === 'new_old_dead';
        return;
      case 'invalidated':
        for (const token of this.#byAccount.get(entry.account) ?? []) die(token, entry.at, entry.subcode);
        return;
      case 'restored':
        for (const { deaths } of this.#byAccount.get(entry.account) ?? [])
          if (deaths.at(-1)?.to === Infinity && isCurable(deaths.at(-1)!.subcode))
            deaths.at(-1)!.to = entry.at;
        return;
      case 'began':
        return begin(this.#troubles, entry.what, entry.at);
      case 'ended':
        return end(this.#troubles, entry.what, entry.at);
      case 'paused':
        return begin(this.#pauses, entry.connection, entry.at);
      case 'resumed':
        return end(this.#pauses, entry.connection, entry.at);
      case 'reconnected':
      case 'disconnected':
      case 'app_removed':
        append(this.#changes, entry.connection, { at: entry.at, kind: entry.kind });
        return;
      case 'killed':
        this.#deaths.set(entry.process, entry.at);
        return;
      case 'temporal_lost':
        append(this.#troubles, 'temporal_down', { from: entry.at, to: entry.at + 1 });
        return;
      case 'leak':
        this.leaks.push(entry);
    }
  }

  #takeCall(call: Call): void {
    const { gave, account, reachedAt } = call;
    if (call.code === 190) this.#tokens.get(call.token ?? '')?.refusedAt.push(call.at);
    if (!gave || account === null || reachedAt === null) return;
    const old = this.#tokens.get(call.token ?? '');
    if (call.path === '/refresh_access_token' && old) {
      this.refreshes.push(call);
      old.refreshes.push(call);
      if (gave.token === old.id) {
        old.issuedAt = reachedAt;
        old.expiries.push(gave.expiresAt);
        return;
      }
      if (this.#oldDies) die(old, reachedAt, SUPERSEDED);
    }
    const token: Token = {
      ...{ id: gave.token, account, issuedAt: reachedAt, expiries: [gave.expiresAt] },
      ...{ deaths: [], refreshes: [], refusedAt: [] },
    };
    this.#tokens.set(token.id, token);
    append(this.#byAccount, account, token);
  }
}

/** The provider remembers only the last reason. */
function die({ deaths }: Token, at: number, subcode: number | null): void {
  const last = deaths.at(-1);
  if (last?.to === Infinity) last.to = at;
  deaths.push({ from: at, to: Infinity, subcode });
}

const isCurable = (subcode: number | null): boolean => [459, 464, 465, 490].includes(subcode ?? 0);

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function begin(map: Map<string, Span[]>, key: string, at: number): void {
  append(map, key, { from: at, to: Infinity });
}

function end(map: Map<string, Span[]>, key: string, at: number): void {
  const last = map.get(key)?.findLast(({ to }) => to === Infinity);
  if (last) last.to = at;
}
