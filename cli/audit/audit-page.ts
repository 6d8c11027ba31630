import { type Fleet } from '../http/answers';
import { type AuditReport, type AuditRun, type Repairs } from './audit';
import { pairs } from '../output/table';
import { absolute, both } from '../output/times';

/** Whether the audit is on, what it found last and when it runs next. @param now epoch ms */
export function auditPage(audit: Fleet['audit'], now: number): string[] {
  const { lastRunAt, lastResult } = audit;
  const last = lastRunAt ? absolute(lastRunAt) : 'never';
  return [
    'Audit',
    ...pairs([
      ...scheduleLines(audit, now),
      ['last run', lastResult ? `${last}: ${resultLine(lastResult)}` : last],
    ]),
  ];
}

/** The same, with the last run of each kind. */
export function auditPages(report: AuditReport, now: number): string[] {
  const { hourly, daily } = report;
  return [
    'Audit',
    ...pairs([
      ...scheduleLines(report, now),
      ['last hourly run', hourly ? runLine(hourly) : 'never'],
      ['last daily run', daily ? runLine(daily) : 'never'],
    ]),
  ];
}

export function runLine({ startedAt, result }: AuditRun): string {
  return `${absolute(startedAt)}: ${resultLine(result ?? {})}`;
}

function scheduleLines({ enabled, every, nextRunAt }: Fleet['audit'], now: number): [string, string][] {
  const on = enabled === null ? 'unknown: Temporal does not answer' : enabled ? `on, every ${every}` : 'off';
  return [
    ['schedule', on],
    ['next run', nextRunAt ? both(nextRunAt, now) : 'none'],
  ];
}

function resultLine(result: Record<string, number>): string {
  return Object.entries(result)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

const REPAIRS: Record<keyof Repairs, string> = {
  behind: 'signal, since their row changed without them',
  overdue: 'signal, since their next action is late',
  stuck: 'replace, since their workflow tasks fail',
  missing: 'start, since they do not run',
  extra: 'end, since their integration is gone',
};

/** What an audit would do, one group of lifecycles per paragraph. */
export function repairLines(repairs: Repairs): string[] {
  const groups = (Object.keys(REPAIRS) as (keyof Repairs)[]).filter((kind) => repairs[kind].length > 0);
  if (groups.length === 0) return ['Nothing to repair.'];
  return groups.flatMap((kind) => [
    `${repairs[kind].length} to ${REPAIRS[kind]}:`,
    ...repairs[kind].map((id) => `  ${id}`),
  ]);
}
