import fc from 'fast-check';
import { applied } from '../../../core/lifecycle/change';
import { type Connection } from '../../../core/lifecycle/connection';
import {
  type Evidence,
  type Inquiry,
  type Probe,
  type RecoveryStep,
  type RefreshResult,
  type Refusal,
} from '../../../core/lifecycle/evidence';
import { type Failure, type FailureClass, settlesToken } from '../../../core/lifecycle/failure';
import { nextRecoveryStep } from '../../../core/lifecycle/recovery';
import { BELIEVED_AFTER_MS } from '../../../core/lifecycle/incident-policy';
import { LAST_REFRESH_GRACE_MS, refreshableAt } from '../../../core/lifecycle/refresh-policy';
import { REASONS } from '../../../core/lifecycle/states';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';
import { LIFE_MS, connectionOf, recoveryOf } from '../../support/connections';

const ISSUED = Date.UTC(2026, 0, 1);
const LATER = ISSUED + 10 * DAY_MS;

function refusal(failureClass: FailureClass, reason: Failure['reason'] = null): Refusal {
  const failure: Failure = { class: failureClass, reason, problem: null, throttles: null };
  const lastError = { code: '190', subcode: null, class: failureClass, at: LATER, text: 'refused' };
  return { failure, code: 190, subcode: null, retryAfterMs: null, lastError };
}

const dead = (reason: Failure['reason'] = 'invalidated'): Probe => ({
  is: 'dead',
  refusal: refusal('terminal', reason),
});
const NOTHING: Evidence = { rejection: null, recheck: false, incident: null };
const rejection = { version: 1, code: 190, subcode: null, source: 'test' };
const recovering = (changed: Partial<Connection> = {}) =>
  connectionOf(ISSUED, { state: 'recovering', recovery: recoveryOf(LATER), ...changed });
const ask = (was: Connection, found: Partial<Evidence>, now = LATER) =>
  nextRecoveryStep(was, { ...NOTHING, ...found }, now, 0.5);
const probed = (probe: Probe): Partial<Evidence> => ({
  settled: 'none',
  probe: { ...probe, startedAt: LATER },
});

describe('a refused token', () => {
  test('is out of use before anything else is done', () => {
    expect(ask(connectionOf(ISSUED), { rejection })).toMatchObject({
      do: 'apply',
      outcome: null,
      change: { set: { state: 'recovering' }, events: [{ type: 'token.rejected' }] },
    });
  });

  test('that lives returns to where it came from, its refresh ladder unchanged', () => {
    const was = recovering({ recovery: recoveryOf(LATER, { returnTo: 'refreshing' }), failedAttempts: 3 });
    const step = ask(was, probed({ is: 'alive', username: 'model' }));
    expect(step).toMatchObject({ do: 'apply', outcome: 'verified_ok' });
    const after = applied(was, (step as Extract<RecoveryStep, { do: 'apply' }>).change);
    expect(after).toMatchObject({ state: 'refreshing', failedAttempts: 3, recovery: null });
  });

  test('that is rejected gets its one recovery refresh before it expires', () => {
    const found = { ...probed(dead()), settledAsLastResort: 'none' as const };
    expect(ask(recovering(), found)).toEqual({ do: 'refresh' });
    expect(ask(recovering({ recoveryRefreshVersion: 1 }), { ...found, lostAttemptAt: null })).toMatchObject({
      do: 'expire',
      change: { set: { reason: 'invalidated' } },
    });
  });

  test('has had its one refresh, also when the expiry is refused because too many tokens die', () => {
    const refresh = { is: 'failed', refusal: refusal('terminal') } as const;
    const found = { ...probed(dead()), settledAsLastResort: 'none' as const, refresh, lostAttemptAt: null };
    const used = { set: { recoveryRefreshVersion: 1 } };
    expect(ask(recovering(), found)).toMatchObject({ do: 'expire', change: used });
    const refused = ask(recovering(), { ...found, expiryRefused: true });
    expect(refused).toMatchObject({
      outcome: 'undecided',
      change: { set: { ...used.set, recovery: { held: true } } },
    });
  });

  test('that its owner removed is never refreshed', () => {
    expect(ask(recovering(), probed(dead('deauthorized')))).toMatchObject({
      do: 'expire',
      change: { set: { reason: 'deauthorized' } },
    });
  });

  test('that died of a refresh whose answer was lost says so', () => {
    const found = { ...probed(dead()), lostAttemptAt: LATER - HOUR_MS };
    expect(ask(recovering({ recoveryRefreshVersion: 1 }), found)).toMatchObject({
      do: 'expire',
      change: { set: { reason: 'response_lost' } },
    });
  });

  test('does not expire while the answer of a refresh may still be on its way to the database', () => {
    const found = { ...probed(dead()), lostAttemptAt: LATER - MINUTE_MS };
    expect(ask(recovering({ recoveryRefreshVersion: 1 }), found)).toMatchObject({
      outcome: 'undecided',
      change: { set: { recovery: { nextAttemptAt: LATER + 9 * MINUTE_MS } } },
    });
  });

  test('under 24 hours of age is probed twice more instead of refreshed', () => {
    const now = ISSUED + HOUR_MS;
    let was = connectionOf(ISSUED, { state: 'recovering', recovery: recoveryOf(now) });
    const waits: number[] = [];
    for (;;) {
      const step = ask(was, { ...probed(dead()), lostAttemptAt: null }, now);
      if (step.do !== 'apply') {
        expect(step.do).toBe('expire');
        break;
      }
      was = applied(was, step.change);
      waits.push((was.recovery?.nextAttemptAt ?? 0) - now);
    }
    expect(waits).toEqual([1_000, 3_000]);
  });

  test('whose owner has to act on Instagram waits for that, and reports it once', () => {
    const found = probed({ is: 'owner_action', refusal: refusal('owner_action', 'checkpoint') });
    const first = ask(recovering(), found) as Extract<RecoveryStep, { do: 'apply' }>;
    expect(first).toMatchObject({
      outcome: 'undecided',
      change: { events: [{ type: 'token.owner_action_required' }] },
    });
    const second = ask(applied(recovering(), first.change), found) as typeof first;
    expect(second.change.events).toEqual([]);
    expect(second.change.set.lastError?.code).toBe('user_action_required');
  });

  test('that cannot be read is dead only when another connection gets through', () => {
    const found = probed({ is: 'ambiguous', refusal: refusal('ambiguous') });
    expect(ask(recovering(), found)).toEqual({ do: 'probe_control' });
    expect(ask(recovering(), { ...found, controlIsAlive: false })).toMatchObject({ outcome: 'undecided' });
    expect(ask(recovering(), { ...found, controlIsAlive: true })).toEqual({ do: 'settle_as_last_resort' });
  });
});

describe('a recheck of a working connection', () => {
  test('changes nothing when the token works', () => {
    expect(ask(connectionOf(ISSUED), { recheck: true })).toEqual({ do: 'probe' });
    const alive = { recheck: true, ...probed({ is: 'alive', username: 'model' }) };
    expect(ask(connectionOf(ISSUED), alive)).toEqual({ do: 'finish', outcome: 'verified_ok' });
  });

  test('leaves the token in use when Instagram gives no clear answer', () => {
    const unclear = { recheck: true, ...probed({ is: 'unclear', refusal: refusal('transient') }) };
    expect(ask(connectionOf(ISSUED), unclear)).toEqual({ do: 'finish', outcome: 'undecided' });
  });

  test('begins a recovery by the code of its own probe, never by a made-up one', () => {
    const step = ask(connectionOf(ISSUED), { recheck: true, ...probed(dead()) });
    expect(step).toMatchObject({
      outcome: null,
      change: { events: [{ type: 'token.rejected', data: { code: 190, source: 'recheck' } }] },
    });
  });
});

describe('after the lifetime', () => {
  const ended = ISSUED + LIFE_MS;
  const lastChance = recovering({ recovery: recoveryOf(ended, { cause: 'expiry', code: null }) });

  test('there is one last refresh, and a clear refusal ends the connection', () => {
    expect(ask(lastChance, { settled: 'none' }, ended)).toEqual({ do: 'refresh' });
    const refused = { is: 'failed', refusal: refusal('terminal', 'session_expired') } as const;
    expect(ask(lastChance, { settled: 'none', refresh: refused, lostAttemptAt: null }, ended)).toMatchObject({
      do: 'expire',
      change: { set: { reason: 'lifetime_elapsed' } },
    });
  });

  test('a recovery that was undecided turns to the last refresh', () => {
    expect(ask(recovering(), {}, ended)).toMatchObject({
      outcome: null,
      change: { set: { recovery: { cause: 'expiry', tries: 0 } } },
    });
  });

  const over = ended + LAST_REFRESH_GRACE_MS;
  const unclear = { ...probed({ is: 'unclear', refusal: refusal('transient') }), lostAttemptAt: null };
  const asked = { ...unclear, settledAsLastResort: 'none' as const };

  test('a day without a clear answer ends the connection, after Instagram was asked once more', () => {
    expect(ask(lastChance, {}, over)).toEqual({ do: 'settle_pending' });
    expect(ask(lastChance, { settled: 'none' }, over)).toEqual({ do: 'probe' });
    expect(ask(lastChance, unclear, over)).toEqual({ do: 'settle_as_last_resort' });
    expect(ask(lastChance, asked, over)).toMatchObject({
      do: 'expire',
      change: { set: { reason: 'lifetime_elapsed' } },
    });
  });

  test('a token that works is never given up, whatever the dates say', () => {
    const alive = probed({ is: 'alive', username: 'model' });
    expect(ask(lastChance, alive, over)).toEqual({ do: 'refresh' });
    const failed = { ...alive, refresh: { is: 'failed', refusal: refusal('transient') } as const };
    expect(ask(lastChance, failed, over)).toMatchObject({ outcome: 'undecided' });
    expect(ask(lastChance, { ...alive, refresh: { is: 'refreshed' } }, over)).toMatchObject({
      outcome: 'refreshed',
    });
  });

  test('who was away when it ended has a whole day left to ask', () => {
    const back = ended + 15 * DAY_MS;
    const noticed = recovering({ recovery: recoveryOf(back, { cause: 'expiry', code: null }) });
    expect(ask(connectionOf(ISSUED), {}, back)).toMatchObject({
      do: 'apply',
      outcome: null,
      change: { set: { state: 'recovering', recovery: { cause: 'expiry', since: back } } },
    });
    const failed = { settled: 'none', refresh: { is: 'failed', refusal: refusal('transient') } } as const;
    expect(ask(noticed, failed, back)).toMatchObject({
      outcome: 'undecided',
      change: { set: { recovery: { held: true } } },
    });
    expect(ask(noticed, asked, back + LAST_REFRESH_GRACE_MS)).toMatchObject({ do: 'expire' });
  });

  test.each([1, 100, SECOND_MS])(
    'noticed %d ms late, the day ends that much later, not by another attempt',
    (lateMs) => {
      const noticed = recovering({ recovery: recoveryOf(ended + lateMs, { cause: 'expiry', code: null }) });
      const failed = { settled: 'none', refresh: { is: 'failed', refusal: refusal('transient') } } as const;
      expect(ask(noticed, failed, over)).toMatchObject({
        outcome: 'undecided',
        change: { set: { recovery: { held: true, nextAttemptAt: over + lateMs } } },
      });
      expect(ask(noticed, asked, over + lateMs)).toMatchObject({ do: 'expire' });
    },
  );

  test('an incident defers it, half an hour at most once the dates are certain', () => {
    const young = { id: 'inc', kind: 'verdicts', startedAt: over - MINUTE_MS, fleet: 100 } as const;
    expect(ask(lastChance, { incident: young }, over)).toEqual({ do: 'claim_turn' });
    expect(ask(lastChance, { incident: young, turn: false }, over)).toMatchObject({ outcome: 'undecided' });
    const turn = { ...asked, turn: true };
    expect(ask(lastChance, { ...turn, incident: young }, over)).toMatchObject({ outcome: 'undecided' });
    const old = { ...young, startedAt: over - HOUR_MS };
    expect(ask(lastChance, { ...turn, incident: old }, over)).toEqual({ do: 'probe_control' });
    const alone = { ...turn, incident: old, controlIsAlive: false };
    expect(ask(lastChance, alone, over)).toMatchObject({ do: 'apply', outcome: 'expired' });
    const appLevel = { ...alone, incident: { ...old, kind: 'app_level' as const } };
    expect(ask(lastChance, appLevel, over)).toMatchObject({ outcome: 'undecided' });
    expect(ask(lastChance, { ...asked, expiryRefused: true }, over)).toMatchObject({ outcome: 'undecided' });
  });

  test('the answer of a refresh that may still be on its way is waited for', () => {
    const late = { ...asked, lostAttemptAt: over - MINUTE_MS };
    // Not longer: after hours of attempts the next one would be an hour off, and its owner told as late.
    expect(ask(lastChance, late, over)).toMatchObject({
      outcome: 'undecided',
      change: { set: { recovery: { held: true, nextAttemptAt: over + 9 * MINUTE_MS } } },
    });
  });
});

// Random providers and random evidence, in whatever order the recovery asks for it.

const probes = fc.oneof(
  fc.constant<Probe>({ is: 'alive', username: 'model' }),
  fc.constant<Probe>({ is: 'other_account' }),
  fc.constantFrom('invalidated' as const, 'deauthorized' as const, 'session_expired' as const).map(dead),
  fc
    .constantFrom('checkpoint' as const, 'account_unusable' as const)
    .map<Probe>((reason) => ({ is: 'owner_action', refusal: refusal('owner_action', reason) })),
  fc.constant<Probe>({ is: 'ambiguous', refusal: refusal('ambiguous') }),
  fc
    .constantFrom<FailureClass>('transient', 'throttled', 'app_level', 'call')
    .map<Probe>((failureClass) => ({ is: 'unclear', refusal: refusal(failureClass) })),
);
const refreshes = fc.oneof(
  fc.constantFrom<RefreshResult>({ is: 'refreshed' }, { is: 'unproven' }, { is: 'useless' }),
  fc.nat(60_000).map<RefreshResult>((ms) => ({ is: 'under_way', until: LATER + ms })),
  fc
    .constantFrom<FailureClass>(
      'transient',
      'throttled',
      'app_level',
      'terminal',
      'ambiguous',
      'owner_action',
      'call',
    )
    .map<RefreshResult>((failureClass) => ({ is: 'failed', refusal: refusal(failureClass) })),
);
const settledOnes = fc.constantFrom(
  'none' as const,
  'promoted' as const,
  'dead' as const,
  'dropped' as const,
  'unclear' as const,
);
const incidents = fc.option(
  fc.record({
    id: fc.constant('inc'),
    kind: fc.constantFrom('verdicts' as const, 'app_level' as const),
    startedAt: fc.constantFrom(LATER - MINUTE_MS, LATER - DAY_MS),
    fleet: fc.constantFrom(2, 100),
  }),
);

interface World {
  probe: Probe;
  control: boolean;
  refresh: RefreshResult;
  settled: [Evidence['settled'] & string, Evidence['settled'] & string];
  incidents: (Evidence['incident'] | null)[];
  turn: boolean;
  lost: boolean;
  lostAgoMs: number;
  sealing: Inquiry | null;
  admits: boolean;
}
const worlds: fc.Arbitrary<World> = fc.record({
  probe: probes,
  control: fc.boolean(),
  refresh: refreshes,
  settled: fc.tuple(settledOnes, settledOnes),
  incidents: fc.array(incidents, { minLength: 1, maxLength: 6 }),
  turn: fc.boolean(),
  lost: fc.boolean(),
  lostAgoMs: fc.constantFrom(MINUTE_MS, HOUR_MS),
  sealing: fc.option(fc.constantFrom<Inquiry>('probe', 'refresh', 'settle_pending', 'probe_control')),
  admits: fc.boolean(),
});
const connections = fc
  .record({
    state: fc.constantFrom(
      'active' as const,
      'refreshing' as const,
      'recovering' as const,
      'expired' as const,
    ),
    cause: fc.constantFrom('rejection' as const, 'expiry' as const),
    youngProbes: fc.nat(3),
    ownerAction: fc.constantFrom(null, 'checkpoint' as const),
    used: fc.boolean(),
    withoutRecovery: fc.boolean(),
  })
  .map(({ state, cause, youngProbes, ownerAction, used, withoutRecovery }) =>
    connectionOf(ISSUED, {
      state,
      reason: state === 'expired' ? 'invalidated' : null,
      recovery:
        state === 'recovering' && !withoutRecovery
          ? recoveryOf(LATER, { cause, youngProbes, ownerAction })
          : null,
      recoveryRefreshVersion: used ? 1 : null,
    }),
  );
const instants = fc.oneof(
  fc.integer({ min: ISSUED, max: ISSUED + DAY_MS }),
  fc.integer({ min: ISSUED + DAY_MS, max: ISSUED + LIFE_MS }),
  fc.integer({ min: ISSUED + LIFE_MS, max: ISSUED + LIFE_MS + 2 * DAY_MS }),
);

/** Lives one recovery through, as the activity does. */
function live(was: Connection, world: World, why: Pick<Evidence, 'rejection' | 'recheck'>, now: number) {
  let found: Evidence = { ...why, incident: world.incidents[0] ?? null };
  let row = was;
  const steps: RecoveryStep[] = [];
  for (let n = 1; ; n++) {
    const step = nextRecoveryStep(row, found, now, 0.5);
    expect(nextRecoveryStep(row, found, now, 0.5)).toEqual(step);
    steps.push(step);
    expect(steps.length).toBeLessThan(16);
    const end = (outcome: string) => ({ row, found, steps, outcome, last: step });
    switch (step.do) {
      case 'finish':
        return end(step.outcome);
      case 'apply':
        row = applied(row, step.change);
        if (step.outcome) return end(step.outcome);
        break;
      case 'expire':
        if (world.admits) {
          row = applied(row, step.change);
          return end('expired');
        }
        found = { ...found, expiryRefused: true };
        break;
      default:
        found = {
          ...found,
          ...(step.do === world.sealing
            ? {
                sealingError: { code: 'key_unavailable', subcode: null, class: 'service', at: now, text: '' },
              }
            : answer(world, step.do, now)),
          incident: step.do === 'end_incident' ? null : (world.incidents[n % world.incidents.length] ?? null),
        };
    }
  }
}

function answer(world: World, inquiry: Inquiry, now: number): Partial<Evidence> {
  switch (inquiry) {
    case 'claim_turn':
      return { turn: world.turn };
    case 'settle_pending':
      return { settled: world.settled[0] };
    case 'settle_as_last_resort':
      return { settledAsLastResort: world.settled[1] };
    case 'probe':
      return { probe: { ...world.probe, startedAt: now } };
    case 'probe_control':
      return { controlIsAlive: world.control };
    case 'refresh':
      return {
        refresh:
          now < refreshableAt(ISSUED) ? { is: 'too_young', notBefore: refreshableAt(ISSUED) } : world.refresh,
      };
    case 'find_lost_attempt':
      return { lostAttemptAt: world.lost ? now - world.lostAgoMs : null };
    case 'end_incident':
      return { incidentEnded: true };
  }
}

const whys = fc.constantFrom(
  { rejection, recheck: false },
  { rejection: null, recheck: true },
  { rejection: null, recheck: false },
);

test('every recovery ends: with a decision, or with the instant of the next attempt', () => {
  fc.assert(
    fc.property(connections, worlds, whys, instants, (was, world, why, now) => {
      const { row, outcome } = live(was, world, why, now);
      if (outcome === 'undecided' && row.state === 'recovering')
        expect(row.recovery!.nextAttemptAt).toBeGreaterThan(now);
      if (outcome === 'verified_ok') expect(['active', 'refreshing']).toContain(row.state);
      expect(row.state === 'expired').toBe(row.reason !== null);
      expect(['refreshed', 'verified_ok', 'expired', 'undecided', 'not_due']).toContain(outcome);
    }),
    { numRuns: 3_000 },
  );
});

test('never expires but for a listed reason, on a clear answer about this token, outside an incident', () => {
  fc.assert(
    fc.property(connections, worlds, whys, instants, (was, world, why, now) => {
      const { row, found, outcome } = live(was, world, why, now);
      if (was.state === 'expired' || outcome !== 'expired') return;
      // A recovery turns to the last refresh only once the lifetime is over.
      fc.pre(was.recovery?.cause !== 'expiry' || now >= ISSUED + LIFE_MS);
      expect(REASONS).toContain(row.reason);
      const isOld =
        found.incident?.kind === 'verdicts' && now - found.incident.startedAt >= BELIEVED_AFTER_MS;
      if (!isOld || now < ISSUED + LIFE_MS) expect(found.incident).toBeNull();
      expect(found.sealingError === undefined || now >= ISSUED + LIFE_MS + LAST_REFRESH_GRACE_MS).toBe(true);
      const isAtTheEnd = found.refresh === undefined;
      if (isAtTheEnd && now >= ISSUED + LIFE_MS && !found.sealingError) {
        expect(found.probe).toBeDefined();
        expect(found.probe?.is).not.toBe('alive');
      }
      const refused =
        found.refresh?.is === 'useless' ||
        (found.refresh?.is === 'failed' && settlesToken(found.refresh.refusal.failure));
      if (now >= ISSUED + LIFE_MS + LAST_REFRESH_GRACE_MS) return;
      if (row.reason === 'lifetime_elapsed' || now >= ISSUED + LIFE_MS) return expect(refused).toBe(true);
      const isDead =
        found.probe?.is === 'dead' || (found.probe?.is === 'ambiguous' && found.controlIsAlive === true);
      expect(isDead).toBe(true);
      const isYoung = now < refreshableAt(ISSUED);
      const isSettled =
        isYoung || refused || was.recoveryRefreshVersion === 1 || row.reason === 'deauthorized';
      expect(isSettled).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test('never refreshes one version twice in a recovery, nor a token that is too young or was removed by its owner', () => {
  fc.assert(
    fc.property(
      connections,
      fc.array(worlds, { minLength: 1, maxLength: 8 }),
      instants,
      (was, lives, start) => {
        let row = was;
        let clearAnswers = 0;
        let now = Math.min(start, ISSUED + LIFE_MS - HOUR_MS);
        for (const world of lives) {
          const { steps, found, row: after, outcome } = live(row, world, { rejection, recheck: false }, now);
          const asked = steps.filter((step) => step.do === 'refresh').length;
          expect(asked).toBeLessThanOrEqual(1);
          if (asked > 0 && row.state !== 'expired' && row.recovery?.cause !== 'expiry') {
            expect(now).toBeGreaterThanOrEqual(refreshableAt(ISSUED));
            expect(found.probe).not.toMatchObject({ refusal: { failure: { reason: 'deauthorized' } } });
            const { refresh } = found;
            if (
              refresh?.is === 'useless' ||
              (refresh?.is === 'failed' && settlesToken(refresh.refusal.failure))
            )
              clearAnswers += 1;
          }
          expect(clearAnswers).toBeLessThanOrEqual(1);
          if (outcome === 'refreshed') return;
          row = after;
          now = Math.min(now + MINUTE_MS, ISSUED + LIFE_MS - 1);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('nothing is decided against a token while an incident is open', () => {
  fc.assert(
    fc.property(connections, worlds, whys, instants, (was, world, why, now) => {
      const incident = { id: 'inc', kind: 'app_level' as const, startedAt: now - DAY_MS, fleet: 100 };
      const { row, steps } = live(was, { ...world, incidents: [incident] }, why, now);
      expect(steps.some((step) => step.do === 'expire')).toBe(false);
      if (was.state !== 'expired') expect(row.state).not.toBe('expired');
    }),
    { numRuns: 1_000 },
  );
});
