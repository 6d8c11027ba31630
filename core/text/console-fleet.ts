const INCIDENT_KINDS = {
  app_level: 'app refused by Instagram',
  verdicts: 'many tokens rejected at once',
} as const;

/** What an audit found and fixed, by the names in its result. */
const AUDIT_LABELS: Readonly<Record<string, string>> = {
  behind: 'outdated workflows updated',
  overdue: 'overdue connections resumed',
  missing: 'missing workflows started',
  extra: 'orphaned workflows ended',
  subscribed: 'message subscriptions restored',
  deliveries: 'overdue deliveries resumed',
  deletions: 'data deletions completed',
  purged: 'expired rows removed',
  incidents: 'open incidents',
};

export const FLEET_TEXT = {
  expiring: 'Tokens expiring in the next 60 days',
  expiringHint:
    'Tokens are refreshed 14 days before expiry. Connections in the shaded zone are late. Select a day to list them.',
  chart: (total: number, days: number, peak: number) =>
    `${total} tokens expire within ${days} days. Peak: ${peak} per day.`,
  zone: 'Refresh window: tokens that expire here are late',
  onDay: (date: string, count: number) => `${date}: ${count} ${count === 1 ? 'token' : 'tokens'}`,
  hours: (hours: number, bad: number) =>
    `Instagram in the last ${hours} hours: failing or degraded in ${bad} of them.`,
  hour: (at: string, count: { answered: number; unanswered: number } | null) =>
    count === null
      ? `${at}: no calls`
      : `${at}: ${count.unanswered} of ${count.answered + count.unanswered} calls failed`,
  hoursAgo: (hours: number) => `${hours} hours ago`,
  now: 'Now',
  processes: 'Processes',
  processColumns: { role: 'Role', host: 'Host and process', version: 'Version', seen: 'Last seen' },
  noWorker: 'No worker is running · Tokens are not refreshed',
  secondsAgo: (seconds: number) => `${seconds} s ago`,
  asTable: 'Show as table',
  tableLabel: 'Tokens per day',
  day: 'Day',
  tokens: 'Expiring tokens',
  atRisk: 'At risk',
  expiresWithin: (days: string) => `Expires within ${days} days`,
  overdue: 'Overdue by more than 1 hour',
  instagram: 'Instagram status',
  noIncident: 'No known incidents',
  incident: (kind: keyof typeof INCIDENT_KINDS) =>
    `· ${INCIDENT_KINDS[kind]}. No connection is marked as expired during the incident.`,
  lastDelivery: 'Last webhook delivery',
  deliveriesRefused: 'Webhook deliveries refused',
  since: 'Since',
  audit: 'Audit',
  storage: 'Database size',
  storageTotal: (size: string) => `${size} in all tables · largest first`,
  table: 'Table',
  rows: 'Rows',
  size: 'Size',
  growth: 'Growth',
  retention: 'Retention',
  schedule: 'Schedule',
  scheduleUnknown: 'Unknown · Temporal is not responding',
  scheduleOn: (every: string) => `On · every ${every}`,
  scheduleOff: 'Off · Lost workflows are not restored',
  lastRun: 'Last run',
  result: 'Result',
  noneYet: 'None yet',
  noIssues: 'No issues found',
  nextRun: 'Next run',
  notScheduled: 'Not scheduled',
} as const;

/** @param result the counts of the last audit; null: no audit has finished yet */
export function auditText(result: Readonly<Record<string, number>> | null): string {
  if (result === null) return FLEET_TEXT.noneYet;
  const found = Object.entries(result).filter(([, count]) => count > 0);
  if (found.length === 0) return FLEET_TEXT.noIssues;
  return found.map(([name, count]) => `${count} ${AUDIT_LABELS[name] ?? name}`).join(' · ');
}
