import { until } from '../support/until';
import { type Look, doubleRefreshes, lookAt } from './check';
import { type Account, type Answer, type Harness } from './harness';
import { type Result } from './result';
import { endsLate, type KillStep, type RefreshMode, type Work } from './kill-steps';

const SETTLED_MS = 150_000;
/** Longer than from arming a point to the death of a worker there. */
const UNDISTURBED_MS = 6_000;
/** The death of a worker is noticed no sooner than 10 seconds later, by its missing heartbeats. */
const UNNOTICED_MS = 10_000 - UNDISTURBED_MS;
const LOST = 'the answer was in the killed process alone';

/** A worker that was killed at a step, and the connection that it was working for. */
export interface Killed {
  step: KillStep;
  mode: RefreshMode;
  account: Account;
  killedAt: number;
  answer: Promise<Answer | null>;
  /** When all was seen to be well again. */
  overAt?: number;
}

/** Begins the work, and returns when a worker has died at the step. */
export async function killAt(harness: Harness, step: KillStep, mode: RefreshMode): Promise<Killed> {
  const [account] = harness.take(1) as [Account];
  harness.simulator.setMode({ refreshReturns: mode });
  let how: number | NodeJS.Signals | undefined;
  for (const { ended } of harness.workers.members()) void ended.then((code) => (how ??= code));
  harness.arm(step.at);
  const answer = begin(harness, step.work, account).catch(() => null);
  await until(() => how !== undefined, { timeoutMs: 30_000, what: `a worker died ${step.name}` });
  if (how !== 'SIGKILL') throw new Error(`A worker ended by ${how}.`);
  return { step, mode, account, killedAt: performance.now(), answer };
}

function begin(harness: Harness, work: Work, account: Account): Promise<Answer> {
  const path = `/v1/integrations/${account.id}`;
  switch (work) {
    case 'refresh':
      return harness.request('POST', `${path}/refresh`);
    case 'send':
      return send(harness, account);
    case 'recovery with a refresh':
      // The first look at the token fails as if it were dead.
      harness.simulator.addFault({
        match: { path: '/me', account: account.accountId },
        times: 1,
        error: { code: 190, subcode: 460 },
      });
      break;
    case 'recovery of a dead token':
      harness.simulator.invalidate(account.username);
  }
  return harness.request('POST', `${path}/token-rejections`, { version: 1, code: 190, wait: true });
}

function send(harness: Harness, { id, username }: Account): Promise<Answer> {
  const { id: recipientId } = customerOf(harness, username);
  const message = { recipientId, text: `To ${username}` };
  return harness.request('POST', `/v1/integrations/${id}/messages`, message, { 'idempotency-key': username });
}

function customerOf({ simulator }: Harness, username: string): { id: string } {
  const account = simulator.snapshot().accounts.find((one) => one.username === username)!;
  return account.conversations[0]!.customer;
}

/** A refresh or a recovery has come to an end: a new token, a token that was found to work, or none. */
function isDecided({ isWell, isOver, promoted, probes }: Look): boolean {
  return isOver || (isWell && (promoted > 0 || probes > 0));
}

/**
 * Resolves when nothing is under way for any of these, or about to be, which the next kill would disturb, and there is
 * a worker to be killed and one to go on. @returns those that something is still due for
 */
export async function quiet(harness: Harness, killed: readonly Killed[]): Promise<Killed[]> {
  const isOver = async ({ account, step }: Killed) =>
    step.work === 'send'
      ? (await sendOf(harness, account)).isOver
      : isDecided((await lookAt(harness, [account]))[0]!);
  const isWaiting = async ({ account, step, killedAt }: Killed) => {
    if (performance.now() < killedAt + UNNOTICED_MS) return true;
    if (step.work === 'send') return false;
    const { nextAt } = (await lookAt(harness, [account]))[0]!;
    return nextAt !== null && nextAt > Date.now() + UNDISTURBED_MS;
  };
  const busy = async () => {
    const left: Killed[] = [];
    for (const one of killed)
      if (await isWaiting(one)) left.push(one);
      else if (await isOver(one)) one.overAt ??= performance.now();
      else return null;
    return left;
  };
  await harness.workers.ready(2);
  return until(busy, { timeoutMs: SETTLED_MS, everyMs: 200, what: 'nothing is under way' });
}

/** Waits until all is well with it, and says what became of it. */
export async function outcome(harness: Harness, killed: Killed): Promise<Result> {
  return killed.step.work === 'send' ? outcomeOfSend(harness, killed) : outcomeOfToken(harness, killed);
}

async function outcomeOfToken(harness: Harness, killed: Killed): Promise<Result> {
  const { step, mode, account, killedAt } = killed;
  const endsDead = step.work === 'recovery of a dead token';
  const isGone = step.answerIsLost === true && mode === 'new_old_dead';
  const patienceMs = endsLate(step, mode) ? 12 * 60_000 : SETTLED_MS;
  // The same token was refreshed a moment ago, unknown to us: for a day Instagram refreshes it no more.
  const isTooYoung = step.answerIsLost === true && mode === 'same' && !endsDead;
  const done = (at: Look) => {
    if (endsDead || isGone) return at.isOver;
    return (at.isWell && isDecided(at)) || (isTooYoung && at.works && at.nextAt !== null);
  };
  const seen = async () => (await lookAt(harness, [account]))[0]!;
  await until(async () => done(await seen()), { timeoutMs: patienceMs, everyMs: 200 }).catch(() => undefined);
  const seconds = ((killed.overAt ?? performance.now()) - killedAt) / 1_000;
  const last = await seen();
  const { row, wrong } = last;
  const doubles = doubleRefreshes(last);
  if (!done(last)) wrong.push(`left ${row.state}, version ${row.version}, reason ${row.reason}`);
  if (isGone && row.reason !== 'response_lost') wrong.push(`expired as ${row.reason}`);
  if (endsDead && !step.answerIsLost && row.reason !== 'password_changed')
    wrong.push(`expired as ${row.reason}`);
  if (doubles > (step.answerIsLost ? 1 : 0)) wrong.push(`${doubles} refreshes too many`);
  return {
    ...heading(killed),
    lost: last.isLost ? 1 : 0,
    doubleRefreshes: doubles,
    unavoidable: step.answerIsLost && (doubles > 0 || last.isLost) ? LOST : null,
    secondsUntilWell: done(last) ? seconds : null,
    wrong,
  };
}

/** A step that no worker came to in time. */
export function notReached(step: KillStep, mode: RefreshMode, error: unknown): Result {
  const nothing = { lost: 0, doubleRefreshes: 0, unavoidable: null, secondsUntilWell: null };
  return { ...heading({ step, mode }), ...nothing, wrong: [(error as Error).message] };
}

const heading = ({ step, mode }: Pick<Killed, 'step' | 'mode'>) => ({
  fault: `worker killed, ${step.work}, ${mode}`,
  at: step.name,
  connections: 1,
});

async function sendOf({ pool, simulator }: Harness, { id, username }: Account) {
  const { rows } = await pool.query<{ message_id: string | null; problem: object | null }>(
    'select message_id, problem from message_sends where integration_id = $1',
    [id],
  );
  const arrived = simulator.messages(username).filter(({ text }) => text === `To ${username}`);
  return {
    isOver: Boolean(rows[0]?.message_id ?? rows[0]?.problem),
    messageId: rows[0]?.message_id ?? null,
    arrived,
  };
}

async function outcomeOfSend(harness: Harness, killed: Killed): Promise<Result> {
  const { account, killedAt } = killed;
  const isOver = async () => (await sendOf(harness, account)).isOver;
  await until(isOver, { timeoutMs: SETTLED_MS, everyMs: 200 }).catch(() => undefined);
  const seconds = ((killed.overAt ?? performance.now()) - killedAt) / 1_000;
  const { messageId, arrived } = await sendOf(harness, account);
  const repeated = await send(harness, account);
  const wrong: string[] = [];
  if (arrived.length !== 1) wrong.push(`arrived ${arrived.length} times`);
  if (messageId !== (arrived[0]?.id ?? null)) wrong.push('recorded another message');
  if (repeated.status !== 201) wrong.push(`repeated with its key: ${repeated.status}`);
  const arrivedThen = (await sendOf(harness, account)).arrived.length;
  if (arrivedThen !== arrived.length) wrong.push('the key did not prevent a second send');
  const lost = arrived.length === 0 ? 1 : 0;
  return {
    ...heading(killed),
    lost,
    doubleRefreshes: 0,
    unavoidable: null,
    secondsUntilWell: seconds,
    wrong,
  };
}
