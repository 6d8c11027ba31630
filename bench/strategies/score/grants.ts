import { freeMs } from '../../../test/soak/checker/expiries';
import { type Span } from '../../../test/soak/checker/truth';
import { type Call, type Entry, type Happening } from '../../../test/soak/journal';
import { type Seen } from '../world/seen';

const DAY_MS = 86_400_000;
/** With less time than this in the whole life of a token in which a refresh could have worked, it could not be kept. */
const ENOUGH_MS = DAY_MS;
const REFRESH = '/refresh_access_token';
/** After these a token works again once its owner did what Instagram asks. */
const CURABLE: readonly (number | null)[] = [459, 464, 465, 490];

/** Why a grant was dead: ended by its owner; run out though it could have been refreshed; its new token arrived and was
 * not kept; run out with no time to refresh it; its new token never arrived, and Instagram had ended the old one. */
export type Why = 'owner' | 'lost' | 'dropped' | 'outages' | 'answer lost';

/** One grant of an owner, as long as the product had no other. */
export interface GrantLife {
  account: string;
  from: number;
  /** When the next one came, or the year was over. */
  to: number;
  /** `to` is Infinity where it stayed dead. */
  deaths: (Span & { why: Why })[];
}

interface Token {
  issuedAt: number;
  expiresAt: number;
  superseded: boolean;
  killed: { at: number; subcode: number | null } | null;
}

/** All grants of one year, oldest first, by the provider's ledger and what was granted. */
export function grantsOf(
  entries: readonly Entry[],
  seen: readonly Seen[],
  end: number,
): Map<string, GrantLife[]> {
  const histories = new Map<string, History>();
  const lastUsed = lastUsedOf(entries);
  const troubles = troublesOf(entries, end);
  const of = (account: string): History => {
    const known = histories.get(account) ?? new History(account, troubles, lastUsed);
    histories.set(account, known);
    return known;
  };
  let oldDies = false;
  for (const { at, it } of inOrder(entries, seen)) {
    if (it.kind === 'mode') oldDies = it.refreshReturns === 'new_old_dead';
    if (it.kind === 'granted') of(it.account).granted(at, it.token);
    if (it.kind === 'invalidated') of(it.account).killed(at, it.subcode);
    if (it.kind === 'restored') of(it.account).restored(at);
    if (it.kind === 'call' && it.account !== null) of(it.account).called(at, it, oldDies);
  }
  for (const history of histories.values()) history.end(end);
  return new Map([...histories].map(([account, { grants }]) => [account, grants]));
}

/** When a call with each token began last. */
function lastUsedOf(entries: readonly Entry[]): Map<string, number> {
  const last = new Map<string, number>();
  for (const entry of entries)
    if (entry.kind === 'call' && entry.token !== null) last.set(entry.token, entry.at);
  return last;
}

/** What matters, in the order in which the provider had it. */
function inOrder(entries: readonly Entry[], seen: readonly Seen[]) {
  const granted = seen.filter((one) => one.kind === 'granted');
  return [...entries, ...granted]
    .map((it) => ({ at: it.kind === 'call' ? (it.reachedAt ?? it.at) : it.at, it }))
    .sort((a, b) => a.at - b.at);
}

/** When something was away that a refresh needs, for all contestants alike. */
export function troublesOf(
  entries: readonly Entry[],
  end: number,
  of?: readonly string[],
): (Span & { what: string })[] {
  const begun = (entry: Entry): entry is Extract<Happening, { kind: 'began' | 'ended' }> =>
    (entry.kind === 'began' || entry.kind === 'ended') && (!of || of.includes(entry.what));
  const spans: (Span & { what: string })[] = [];
  for (const { kind, what, at } of entries.filter(begun))
    if (kind === 'began') spans.push({ what, from: at, to: end });
    else Object.assign(spans.findLast((one) => one.what === what) ?? {}, { to: at });
  return spans;
}

/** One account: its tokens, and the one that the product has. */
class History {
  readonly grants: GrantLife[] = [];
  readonly #tokens = new Map<string, Token>();
  #held = '';

  constructor(
    private readonly account: string,
    private readonly troubles: Span[],
    private readonly lastUsed: ReadonlyMap<string, number>,
  ) {}

  granted(at: number, token: string): void {
    this.#runOut(at);
    const last = this.grants.at(-1);
    if (last) last.to = at;
    this.grants.push({ account: this.account, from: at, to: Infinity, deaths: [] });
    this.#held = token;
    if (this.#tokens.get(token)?.killed) this.#dies(at, 'owner');
  }

  killed(at: number, subcode: number | null): void {
    this.#runOut(at);
    for (const token of this.#tokens.values()) token.killed = { at, subcode };
    this.#dies(at, 'owner');
  }

  restored(at: number): void {
    this.#runOut(at);
    for (const token of this.#tokens.values())
      if (CURABLE.includes(token.killed?.subcode ?? 0)) token.killed = null;
    const death = this.grants.at(-1)?.deaths.at(-1);
    if (death?.why === 'owner' && death.to === Infinity && !this.#tokens.get(this.#held)?.killed)
      death.to = at;
  }

  called(at: number, call: Call, oldDies: boolean): void {
    this.#runOut(at);
    if (call.reachedAt === null || !call.gave) return;
    const { token, expiresAt } = call.gave;
    const old = this.#tokens.get(call.token ?? '');
    const fresh = { issuedAt: at, expiresAt, superseded: false, killed: null };
    if (call.path !== REFRESH || !old) return void this.#tokens.set(token, fresh);
    const isHeld = call.token === this.#held;
    if (token === call.token) return void Object.assign(old, { issuedAt: at, expiresAt });
    this.#tokens.set(token, fresh);
    old.superseded ||= oldDies;
    if (!isHeld) return;
    if (call.delivered && !this.#isDropped(call)) this.#held = token;
    else if (oldDies) this.#dies(at, call.delivered ? 'dropped' : 'answer lost');
  }

  end(at: number): void {
    this.#runOut(at);
    const last = this.grants.at(-1);
    if (last) last.to = at;
  }

  /** The product goes on with the token before the one that it was given, at most after a look at that. */
  #isDropped({ gave, token, at, endedAt }: Call): boolean {
    const usedUntil = (one: string | null) => this.lastUsed.get(one ?? '') ?? 0;
    return usedUntil(token) > Math.max(at, endedAt ?? at, usedUntil(gave!.token));
  }

  #runOut(now: number): void {
    const token = this.#tokens.get(this.#held);
    const grant = this.grants.at(-1);
    if (!token || !grant || now < token.expiresAt) return;
    const window = { from: Math.max(token.issuedAt + DAY_MS, grant.from), to: token.expiresAt };
    const isUsable = freeMs(window, [...this.troubles, ...grant.deaths]) >= ENOUGH_MS;
    this.#dies(token.expiresAt, token.killed ? 'owner' : isUsable ? 'lost' : 'outages');
  }

  #dies(at: number, why: Why): void {
    const grant = this.grants.at(-1);
    if (!grant || grant.deaths.at(-1)?.to === Infinity) return;
    grant.deaths.push({ from: at, to: Infinity, why });
  }
}
