import { admitVerdict } from '../../adapters/postgres/incidents/dead-verdicts';
import {
  claimProbe,
  endIncident,
  findOpenIncident,
  fleetOf,
} from '../../adapters/postgres/incidents/incidents';
import { applyChange } from '../../adapters/postgres/integrations/apply-change';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../../adapters/postgres/pool';
import { openCurrent } from '../../adapters/postgres/tokens/open-token';
import { findLostAttempt } from '../../adapters/postgres/tokens/refresh-attempts';
import { findVersion } from '../../adapters/postgres/tokens/token-versions';
import { type Change } from '../../core/lifecycle/change';
import { type Evidence, type Inquiry, type RecoveryStep } from '../../core/lifecycle/evidence';
import { type Outcome, type Rejection, type StepResult } from '../../core/lifecycle/facts';
import { nextRecoveryStep } from '../../core/lifecycle/recovery';
import { LAST_REFRESH_GRACE_MS } from '../../core/lifecycle/refresh-policy';
import { causeOf } from '../../core/lifecycle/states';
import { type Deps } from '../deps';
import { controlIsAlive, probeToken } from './probe-token';
import { refreshOnce } from './refresh-once';
import { sealingError } from './refusal';
import { runStep, updateIntegration } from './run-step';
import { settlePending } from './settle-pending';

export interface RecoverTokenInput {
  integrationId: string;
  version: number;
  /** The refused call that led here; null when the lifetime ran out or a retry is due. */
  rejection: Rejection | null;
  /** An operator or owner asked for a probe. */
  recheck?: boolean;
}

type Recoverer = Pick<
  Deps,
  | 'pool'
  | 'searchAttributesAreKnown'
  | 'sealer'
  | 'instagram'
  | 'clock'
  | 'random'
  | 'logger'
  | 'lifecycles'
  | 'counters'
  | 'spool'
  | 'pause'
>;

/** Finds out whether a refused or outlived token is dead, and saves it if it can be saved. */
export function recoverToken(deps: Recoverer, input: RecoverTokenInput): Promise<StepResult> {
  return runStep(deps, input.integrationId, async (row) => {
    if (row.version !== input.version) return 'moved_on';
    const { rejection, recheck = false } = input;
    const outcome = await recover(deps, row, { rejection, recheck });
    deps.counters.recovery(outcome);
    return outcome;
  });
}

/** Ends the wait for an answer that never came, a day after the lifetime ran out. */
export function expire(
  deps: Recoverer,
  input: { integrationId: string; version: number },
): Promise<StepResult> {
  return runStep(deps, input.integrationId, async (row) => {
    if (row.version !== input.version || row.state === 'expired') return 'moved_on';
    if (deps.clock.now() < (row.expiresAt ?? 0) + LAST_REFRESH_GRACE_MS) return 'not_due';
    return recover(deps, row, { rejection: null, recheck: false });
  });
}

/** Asks for the next step, does it, adds what came of it to the evidence, and asks again. */
export async function recover(
  deps: Recoverer,
  row: Integration,
  why: Pick<Evidence, 'rejection' | 'recheck'>,
): Promise<Outcome> {
  let found: Evidence = { ...why, incident: await incidentOf(deps, row) };
  for (;;) {
    const step: RecoveryStep = nextRecoveryStep(row, found, deps.clock.now(), deps.random());
    switch (step.do) {
      case 'finish':
        return step.outcome;
      case 'apply':
        row = await updateIntegration(deps, row, step.change);
        countExpiration(deps, step.change);
        if (step.outcome) return step.outcome;
        break;
      case 'expire':
        if (await expireIfAdmitted(deps, row, step.change, step.probedAt)) return 'expired';
        found = { ...found, expiryRefused: true };
        break;
      default:
        found = await inquire(deps, row, step.do, found);
    }
  }
}

async function inquire(
  deps: Recoverer,
  row: Integration,
  inquiry: Inquiry,
  found: Evidence,
): Promise<Evidence> {
  try {
    const learned = await learn(deps, row, inquiry, found);
    return { ...found, ...learned, incident: await incidentOf(deps, row) };
  } catch (error) {
    const failed = sealingError(error, deps.clock.now());
    if (!failed) throw error;
    return { ...found, sealingError: failed };
  }
}

async function learn(
  deps: Recoverer,
  row: Integration,
  inquiry: Inquiry,
  found: Evidence,
): Promise<Partial<Evidence>> {
  const now = deps.clock.now();
  const { incident } = found;
  switch (inquiry) {
    case 'claim_turn':
      return { turn: incident !== null && (await claimProbe(deps.pool, incident, now)) };
    case 'settle_pending':
      return { settled: await settlePending(deps, row, 'recovery') };
    case 'settle_as_last_resort':
      return { settledAsLastResort: await settlePending(deps, row, 'recovery', { lastResort: true }) };
    case 'probe':
      return { probe: { ...(await probeStored(deps, row)), startedAt: now } };
    case 'probe_control':
      return { controlIsAlive: await controlIsAlive(deps, row) };
    case 'refresh':
      return { refresh: await refreshOnce(deps, row, 'recovery'), refreshStartedAt: now };
    case 'find_lost_attempt':
      return { lostAttemptAt: await findLostAttempt(deps.pool, row) };
    case 'end_incident':
      if (incident)
        await withTransaction(deps.pool, (db) => endIncident(db, incident, now, { believed: true }));
      return { incidentEnded: true };
  }
}

async function probeStored(deps: Recoverer, row: Integration): ReturnType<typeof probeToken> {
  // Nothing is left of an account whose owner removed the app: no alarm.
  if (row.state === 'expired' && !(await findVersion(deps.pool, row.id, 'current')))
    return { is: 'no_token' };
  const probe = await probeToken(deps, row, await openCurrent(deps.pool, deps.sealer, row, deps.clock.now()));
  if (probe.is === 'other_account')
    deps.logger.error({ integrationId: row.id }, 'the stored token belongs to another account');
  return probe;
}

async function incidentOf({ pool, clock }: Pick<Deps, 'pool' | 'clock'>, row: Integration) {
  const incident = await findOpenIncident(pool, row);
  return incident && { ...incident, fleet: await fleetOf(pool, row, clock.now()) };
}

/**
 * Expires a connection whose token was found dead, unless too many die at once: that opens an incident, which also
 * withdraws the expiries of the last minute. Verdict and expiry are one transaction.
 */
async function expireIfAdmitted(
  deps: Recoverer,
  row: Integration,
  change: Change,
  probedAt: number,
): Promise<boolean> {
  const now = deps.clock.now();
  const admission = await withTransaction(deps.pool, async (db) => {
    const result = await admitVerdict(db, row, probedAt, now);
    if (result.admitted) await applyChange(db, row, change, now);
    return result;
  });
  if (admission.admitted) countExpiration(deps, change);
  else await notifyLifecycles(deps, admission.withdrawn);
  return admission.admitted;
}

/** Lifecycles whose row changed. One that cannot be notified now finds out by the audit. */
async function notifyLifecycles({ lifecycles, logger }: Pick<Deps, 'lifecycles' | 'logger'>, ids: string[]) {
  for (const id of ids) {
    await lifecycles.rowChanged(id).catch((error: unknown) => {
      const { message: reason } = error as Error;
      logger.warn({ integrationId: id, reason }, 'lifecycle signal failed; the audit will retry');
    });
  }
}

function countExpiration({ counters }: Pick<Deps, 'counters'>, { set }: Change): void {
  if (set.state === 'expired' && set.reason) counters.expiration(causeOf(set.reason));
}
