import { type NewerReports, type Rejection } from './facts';

export function withReport(reports: NewerReports | null | undefined, rejection: Rejection): NewerReports {
  const { lowest, highest } = reports ?? { lowest: rejection, highest: rejection };
  return {
    lowest: rejection.version < lowest.version ? rejection : lowest,
    highest: rejection.version > highest.version ? rejection : highest,
  };
}

/** What the reports say of one version: its own report; `unknown`: one of it may not have been kept. */
export function reportOf({ lowest, highest }: NewerReports, version: number): Rejection | 'unknown' | null {
  const exact = [lowest, highest].find((report) => report.version === version);
  if (exact) return exact;
  return lowest.version < version && version < highest.version ? 'unknown' : null;
}
