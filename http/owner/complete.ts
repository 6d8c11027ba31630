import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../../adapters/deadline';
import {
  type Round,
  type RoundOutcome,
  beginRound,
  finishRound,
  readRound,
} from '../../adapters/postgres/access/oauth-states';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { ANSWER_WITHIN_MS, WAITING_LADDER_MS } from '../../core/access/connect-policy';
import { connectRefusalOf } from '../../core/access/connect-refusals';
import { type Secret } from '../../core/access/secret';
import { type ConnectDeps } from '../../services/connecting/deps';
import { driveRound } from '../../services/connecting/drive-round';
import { isUsable } from './links';
import { reportEnding } from '../../services/connecting/report-ending';
import { type HttpDeps } from '../deps';

/** What Instagram's redirect brought: a code, or why there is none. */
export type Returned =
  { code: Secret; redirectUri: string } | { code?: never; error: string | null; message: string | null };

type CompleteDeps = Pick<
  HttpDeps,
  | 'pool'
  | 'sealer'
  | 'instagram'
  | 'clock'
  | 'random'
  | 'pause'
  | 'logger'
  | 'metrics'
  | 'lifecycles'
  | 'temporal'
>;

/** How often a request looks what became of a round that another one works on. */
const LOOK_EVERY_MS = 250;

/**
 * Goes on with a round for as long as a browser can wait. The same request again changes nothing and gets the same
 * result. @returns the round as it is then: without an outcome it is completed in the background
 */
export async function goOn(deps: CompleteDeps, found: Round, returned: Returned): Promise<Round> {
  const connecting = connectDeps(deps);
  const isBegun = found.outcome !== null || found.nextTryAt !== null;
  if (!returned.code && !isBegun) await giveUp(connecting, found, returned);
  const integration = returned.code ? await findIntegration(deps.pool, found.integrationId) : null;
  // A round that was over begins again only while its link works. The first code may be late: the owner has allowed it.
  const mayBegin = found.outcome === null || (integration && (await isUsable(deps, found.link, integration)));
  if (returned.code && integration && mayBegin)
    await beginRound(deps.pool, deps.sealer, found, integration, returned, deps.clock.now());
  const deadline = Date.now() + ANSWER_WITHIN_MS;
  const driving = driveRound(connecting, found.stateHash, WAITING_LADDER_MS);
  await withDeadline(deadline, driving, () => undefined);
  for (;;) {
    const round = (await readRound(deps.pool, found.stateHash)) ?? found;
    const isUnderWay = round.leasedUntil !== null && round.leasedUntil > deps.clock.now();
    if (round.outcome || !isUnderWay || Date.now() >= deadline) return round;
    await (deps.pause ?? sleep)(LOOK_EVERY_MS);
  }
}

/** The owner refused, or Instagram did not let them through. */
async function giveUp(
  deps: ConnectDeps,
  round: Round,
  { error, message }: { error: string | null; message: string | null },
): Promise<void> {
  const integration = await findIntegration(deps.pool, round.integrationId);
  const isAlive = integration && (await isUsable(deps, round.link, integration));
  const refusal = error === 'access_denied' || !isAlive ? null : connectRefusalOf('authorize', message);
  const refused = error === 'access_denied' ? 'cancelled' : 'failed';
  const result = isAlive ? refused : 'link_outdated';
  const { integrationId } = round;
  const outcome: RoundOutcome = { result, refusal, other: null, integrationId, grantNo: null };
  const isOver = await finishRound(deps.pool, round, outcome, deps.clock.now());
  if (!isOver || !integration) return;
  const failed = { operation: 'authorize', code: null, subcode: null };
  await reportEnding(deps, integration, { result, refusal, failed });
}

function connectDeps(deps: CompleteDeps): ConnectDeps {
  return { ...deps, counters: deps.metrics.counters };
}
