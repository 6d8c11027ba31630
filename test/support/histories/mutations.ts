/** A change of workflow code that the recorded histories must notice. */
interface Mutation {
  what: string;
  /** A part of the name of the histories that notice it. */
  kind: string;
  /** In the bundle, as the compiler writes it. */
  was: string;
  now: string;
}

const m = (kind: string, what: string, was: string, now: string): Mutation => ({ kind, what, was, now });

export const MUTATIONS: Mutation[] = [
  m('refreshed', 'another activity', '.refreshToken(', '.remind('),
  m('refreshed', 'no continue-as-new for a new version', 'this.facts.version !== this.startVersion', 'false'),
  m('refreshed', 'no search attributes', 'if (this.shown !== key && !facts.unlisted)', 'if (false)'),
  m('outage', 'no wait before a retry', '(_facts_nextAttemptAt = facts.nextAttemptAt)', '(void 0)'),
  m('sleeping', 'no timer', 'condition(isOver, Math.max(1, restMs + slackMs), summary)', 'condition(isOver)'),
  m('expired-reminded', 'no reminders', "type: 'remind'", "type: 'end'"),
  m('false-alarm', 'a caller waits without end', 'nextCheckIsAfter(),', 'nextCheckIsAfter()); void (0,'),
  m('report-kept', 'another patch', "patched('keep-every-report')", "patched('another')"),
  m('report-kept', 'no quiet time', 'return this.now() < this.quietUntil', 'return false'),
  m('warned-and-expired', 'no warning', "type: 'warn'", "type: 'expire'"),
  m(
    'warned-and-expired',
    'an expiry before the last recovery',
    "(now >= life.expiresAt) return {\n        type: 'recover'",
    "(now >= life.expiresAt) return {\n        type: 'expire'",
  ),
  m('warned-and-expired', 'another activity', '.warnExpiring(', '.expire('),
  m('warned-and-expired', 'another activity for an expiry', '.expire(', '.remind('),
  m('activity-gave-up', 'no wait after an activity gave up', 'now < this.until', 'false'),
  m('incident', 'no wait before a probe', 'asked.recheck || now >= recovery.nextAttemptAt', 'true'),
  m('gave-way', 'another patch', "patched('urgent-first')", "patched('another')"),
  m('gave-way', 'the patch is gone, its code stays', "host.patched('urgent-first')", 'true'),
  m('gave-way', 'patch and code are gone', "host.patched('urgent-first')", 'false'),
  m('before-giving-way', 'runs of before give way too', "host.patched('urgent-first')", 'true'),
  m('waited', 'another patch', "patched('a-wait-is-no-skew')", "patched('another')"),
  m('waited', 'patch and code are gone', "this.context.patched('a-wait-is-no-skew')", 'false'),
  m('lane', 'another activity', 'deliverNext(', 'auditFleet('),
  m('lane', 'no timer', '(()=>changed, waitMs)', '(()=>changed)'),
  m('-bulk.', 'another activity', 'advanceBulkOperation(', 'auditFleet('),
  m('-bulk.', 'no timer', '(()=>changed, progress.waitMs)', '(()=>changed)'),
  m('bulk-canceled', 'a cancellation is not recorded', 'isCancellation)(error)', 'isCancellation)(null)'),
  m('audit', 'another activity', 'auditFleet()', 'loadFacts({})'),
  m('send-sent.', 'the outcome is not recorded', 'if (isFinal(result))', 'if (false)'),
  m('send-sent.', 'recorded before it is sent', 'instagram.sendMessage(input)', 'store.recordSend(input)'),
  m('send-found', 'looked up at once', ".sleep)('1s')", '.condition)(() => true)'),
  m('send-found', 'sent again without a look', 'await lookUp(input)', 'null'),
  m('send-sent-again', 'sent once at most', 'SENDS_AT_MOST = 3', 'SENDS_AT_MOST = 1'),
  m(
    'send-outcome-unknown',
    'sent again though unknown',
    "(found === 'unknown') break",
    "(found === 'unknown') continue",
  ),
];
