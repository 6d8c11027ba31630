import { type Change } from './change';
import { type LastError, type Outcome, type Rejection } from './facts';
import { type Failure, settlesToken } from './failure';
import { type IncidentKind } from './incident-policy';

/** An answer of Instagram that was not a success, as decisions read it. */
export interface Refusal {
  failure: Failure;
  code: number | null;
  subcode: number | null;
  /** How long Instagram asks to wait, in ms, when it says. */
  retryAfterMs: number | null;
  /** What the row remembers of it. */
  lastError: LastError;
}

/** What one probe of a token showed. `unclear` says nothing about the token. */
export type Probe =
  | { is: 'alive'; username: string }
  | { is: 'other_account' }
  /** Nothing is stored that could be probed. */
  | { is: 'no_token' }
  | { is: 'dead' | 'owner_action' | 'ambiguous' | 'unclear'; refusal: Refusal };

/** How one attempt to refresh ended. */
export type RefreshResult =
  | { is: 'refreshed' }
  /** Not called: Meta refreshes no token under 24 hours of age. Epoch ms. */
  | { is: 'too_young'; notBefore: number }
  /** Not called: another attempt may still bring an answer until then. Epoch ms. */
  | { is: 'under_way'; until: number }
  /** The new token is stored, and whether it works is not known yet. */
  | { is: 'unproven' }
  /** The new token does not work, or belongs to another account. */
  | { is: 'useless' }
  | { is: 'failed'; refusal: Refusal };

/** What became of a refreshed token that was stored and not yet in use. */
export type Settled = 'none' | 'promoted' | 'dead' | 'dropped' | 'unclear';

/** Everything that one recovery has found out so far; what is absent was not looked at yet. */
export interface Evidence {
  /** Why the recovery was asked for: a refused call, an operator's recheck, or neither (a timer). */
  rejection: Rejection | null;
  recheck: boolean;
  /** The open incident of the app; null: none. Read again after every call to Instagram. */
  incident: { id: string; kind: IncidentKind; startedAt: number; fleet: number } | null;
  /** Whether it is this connection's turn to probe while the incident lasts. */
  turn?: boolean;
  settled?: Settled;
  /** The same once more, when only a newer token could help. */
  settledAsLastResort?: Settled;
  /** `startedAt`: epoch ms at which the probe began. */
  probe?: Probe & { startedAt: number };
  /** Whether another connection of the app gets through. */
  controlIsAlive?: boolean;
  refresh?: RefreshResult;
  /** Epoch ms at which that attempt began. */
  refreshStartedAt?: number;
  /** When an earlier refresh of this version was sent whose answer never arrived, epoch ms; null: none. */
  lostAttemptAt?: number | null;
  /** The stored token cannot be opened or sealed now. */
  sealingError?: LastError;
  /** The incident was ended, since its tokens stayed dead for long. */
  incidentEnded?: boolean;
  /** Too many tokens were found dead at once: the expiry was refused. */
  expiryRefused?: boolean;
}

/** What adds to the evidence. */
export type Inquiry =
  | 'claim_turn'
  | 'settle_pending'
  | 'settle_as_last_resort'
  | 'probe'
  | 'probe_control'
  | 'refresh'
  | 'find_lost_attempt'
  | 'end_incident';

/**
 * What a recovery does next. `apply` without an outcome goes on with the changed connection; `expire` is applied only
 * if the incident check admits one more dead token, by a probe that began at `probedAt` (epoch ms).
 */
export type RecoveryStep =
  | { do: Inquiry }
  | { do: 'expire'; change: Change; probedAt: number }
  | { do: 'apply'; change: Change; outcome: Outcome | null }
  | { do: 'finish'; outcome: Outcome };

/** When Instagram was first asked for what is decided by this evidence, epoch ms. */
export function askedAt(found: Evidence, now: number): number {
  return Math.min(found.probe?.startedAt ?? now, found.refreshStartedAt ?? now);
}

/** Whether a newer token is in use now. */
export function tokenWasReplaced({ settled, settledAsLastResort, refresh }: Evidence): boolean {
  return settled === 'promoted' || settledAsLastResort === 'promoted' || refresh?.is === 'refreshed';
}

/** Whether the refresh brought a clear answer against the token. */
export function refreshWasAnswered({ refresh }: Evidence): boolean {
  return refresh?.is === 'useless' || (refresh?.is === 'failed' && settlesToken(refresh.refusal.failure));
}

/** An error of our own, by its code in `docs/errors.md`. */
export function ownError(code: string, text: string, now: number): LastError {
  return { code, subcode: null, class: 'service', at: now, text };
}

export const unproven = (now: number): LastError =>
  ownError('unproven', 'The refreshed token is not verified yet.', now);
