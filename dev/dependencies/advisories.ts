/** What `npm audit --json` says, as far as it is used. */
export interface AuditReport {
  vulnerabilities?: Record<string, { severity: string; via: (string | { url?: string; title?: string })[] }>;
  error?: { code?: string; summary?: string };
  message?: string;
}

/** An advisory that does not concern us, for now. */
export interface Accepted {
  /** The end of its address, such as `GHSA-xxxx-xxxx-xxxx`. */
  id: string;
  /** YYYY-MM-DD: from then on it has to be reviewed again. */
  until: string;
  why: string;
}

export interface Verdict {
  /** Whether the registry has advisories at all: mirrors often have none. */
  checked: boolean;
  problems: string[];
}

/**
 * Judges production's known vulnerabilities.
 * @param today YYYY-MM-DD
 * @see https://docs.npmjs.com/cli/commands/npm-audit
 */
export function judge(report: AuditReport, accepted: readonly Accepted[], today: string): Verdict {
  const overdue = accepted
    .filter(({ until }) => today >= until)
    .map(({ id, until }) => `${id} was accepted until ${until}: look again`);
  if (!report.vulnerabilities) return { checked: false, problems: overdue };
  const ids = new Set(accepted.map(({ id }) => id));
  const found = Object.entries(report.vulnerabilities).flatMap(([name, { severity, via }]) =>
    via
      // A package that is vulnerable only through another one is reported with that one.
      .filter((cause) => typeof cause !== 'string')
      .filter(({ url = '' }) => !ids.has(url.split('/').at(-1) ?? ''))
      .map(({ title = 'a vulnerability', url = '' }) => `${name} (${severity}): ${title} ${url}`.trim()),
  );
  return { checked: true, problems: [...overdue, ...found] };
}
