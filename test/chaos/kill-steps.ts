import { type FaultPoint } from './fault-point';

/** What is under way when a worker is killed. */
export type Work = 'refresh' | 'recovery with a refresh' | 'recovery of a dead token' | 'send';

export const REFRESH_MODES = ['same', 'new_old_valid', 'new_old_dead'] as const;
export type RefreshMode = (typeof REFRESH_MODES)[number];

export interface KillStep {
  work: Work;
  name: string;
  at: Omit<FaultPoint, 'id'>;
  /** Instagram's answer was in the killed process alone: another request, or a lost token, cannot be helped. */
  answerIsLost?: boolean;
}

const REFRESH_CALL = '/refresh_access_token$';
const PROBE = ' (/v[\\d.]+)?/me$';
const SEND = '^POST .*/messages$';
const ATTEMPT = 'insert into refresh_attempts';
const ATTEMPT_ENDS = 'update refresh_attempts set finished_at = \\$2, outcome = \\$3';
const PENDING = 'insert into token_versions';
const PROMOTION = "set stage = 'current'";
const COMMIT = '^commit';
/** Of a change that sets the state alone; of one that sets a recovery; of an expiry. */
const STATE_ALONE = 'set updated_at = \\$5, state = \\$7\\s';
const RECOVERY = 'set updated_at = \\$5, state = \\$7, recovery = ';
const EXPIRY = 'set updated_at = .*expired_at = ';

const before = (...queries: string[]) => ({ when: 'before' as const, queries });
const after = (...queries: string[]) => ({ when: 'after' as const, queries });

const refreshing = (work: Work): KillStep[] => [
  { work, name: 'before the attempt is recorded', at: before(ATTEMPT) },
  { work, name: 'after the attempt is recorded', at: after(ATTEMPT) },
  { work, name: 'before the call', at: { when: 'before', request: REFRESH_CALL } },
  { work, name: 'after the answer', at: { when: 'after', request: REFRESH_CALL }, answerIsLost: true },
  { work, name: 'before pending is inserted', at: before(PENDING), answerIsLost: true },
  { work, name: 'before pending is committed', at: before(PENDING, COMMIT), answerIsLost: true },
  { work, name: 'after pending is committed', at: after(PENDING, COMMIT) },
  { work, name: 'before the attempt ends', at: before(ATTEMPT_ENDS) },
  { work, name: 'after the attempt ends', at: after(ATTEMPT_ENDS) },
  { work, name: 'before the probe', at: { when: 'before', request: PROBE, nth: probesBefore(work) + 1 } },
  { work, name: 'after the probe', at: { when: 'after', request: PROBE, nth: probesBefore(work) + 1 } },
  { work, name: 'inside the promotion', at: before(PROMOTION) },
  { work, name: 'before the promotion is committed', at: before(PROMOTION, COMMIT) },
  { work, name: 'after the promotion is committed', at: after(PROMOTION, COMMIT) },
];

function probesBefore(work: Work): number {
  return work === 'refresh' ? 0 : 1;
}

/** Every step of a refresh, of a recovery and of a send at which a worker can die with something different in hand. */
export const KILL_STEPS: readonly KillStep[] = [
  { work: 'recovery of a dead token', name: 'before the probe', at: { when: 'before', request: PROBE } },
  { work: 'recovery of a dead token', name: 'after the probe', at: { when: 'after', request: PROBE } },
  {
    work: 'recovery of a dead token',
    name: 'after the refusal',
    at: { when: 'after', request: REFRESH_CALL },
    answerIsLost: true,
  },
  { work: 'recovery of a dead token', name: 'before the expiry is committed', at: before(EXPIRY, COMMIT) },
  { work: 'recovery of a dead token', name: 'after the expiry is committed', at: after(EXPIRY, COMMIT) },
  { work: 'send', name: 'before the call is recorded', at: before('message_sends set called_at = \\$3') },
  { work: 'send', name: 'after the call is recorded', at: after('message_sends set called_at = \\$3') },
  { work: 'send', name: 'before the call', at: { when: 'before', request: SEND } },
  { work: 'send', name: 'after the answer', at: { when: 'after', request: SEND } },
  {
    work: 'send',
    name: 'before the message is noted',
    at: before('message_sends set message_id .* finished_at = \\$5'),
  },
  {
    work: 'send',
    name: 'after the message is noted',
    at: after('message_sends set message_id .* finished_at = \\$5'),
  },
  {
    work: 'send',
    name: 'before the result is recorded',
    at: before('message_sends set message_id .* problem = \\$5'),
  },
  {
    work: 'send',
    name: 'after the result is recorded',
    at: after('message_sends set message_id .* problem = \\$5'),
  },
  { work: 'refresh', name: 'before the row says so', at: before(STATE_ALONE) },
  { work: 'refresh', name: 'after the row says so', at: after(STATE_ALONE, COMMIT) },
  ...refreshing('refresh'),
  { work: 'recovery with a refresh', name: 'before the row says so', at: before(RECOVERY) },
  { work: 'recovery with a refresh', name: 'after the row says so', at: after(RECOVERY, COMMIT) },
  { work: 'recovery with a refresh', name: 'before the first probe', at: { when: 'before', request: PROBE } },
  { work: 'recovery with a refresh', name: 'after the first probe', at: { when: 'after', request: PROBE } },
  ...refreshing('recovery with a refresh'),
];

/** Whether what becomes of it is known only when the lost answer can no longer arrive, ten minutes later. */
export function endsLate({ work, answerIsLost }: KillStep, mode: RefreshMode): boolean {
  return answerIsLost === true && (mode === 'new_old_dead' || work === 'recovery of a dead token');
}

/** Whether the way Instagram treats the old token makes a difference at this step. */
export function dependsOnMode({ work, name }: KillStep): boolean {
  return work === 'refresh' || (work === 'recovery with a refresh' && !/row says so|first probe/.test(name));
}
