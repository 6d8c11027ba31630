import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import accepted from './accepted-advisories.json';
import known from './known-advisories.json';
import { type KnownAdvisories, judgeByList, shipped } from './known-advisories';
import { type AuditReport, judge } from './advisories';
import { type LockedPackage, licenceProblems } from './licences';

const ROOT = join(__dirname, '..', '..');

/**
 * Looks at what production ships: its licences, and what is known to be wrong with it. An advisory of last night fails
 * CI; elsewhere it is only reported.
 */
function check(): boolean {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage & { version?: string }>;
  };
  const licences = licenceProblems(lock.packages);
  for (const line of licences) console.error(`licence: ${line}`);

  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: ROOT, encoding: 'utf8' });
  const today = new Date().toISOString().slice(0, 10);
  const { checked, problems } = judge(reportOf(stdout), accepted, today);
  if (!checked) {
    const byList = judgeByList(known as KnownAdvisories, shipped(lock.packages), accepted, today);
    problems.push(...byList.problems);
    if (byList.gaps.length > 0)
      console.error(
        `advisories: this package registry gives none, and ${byList.gaps.join('; ')}. npm run advisories asks OSV`,
      );
  }
  for (const line of problems) console.error(`advisory: ${line}`);
  return licences.length === 0 && (problems.length === 0 || !process.env.CI);
}

function reportOf(text: string): AuditReport {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    return {};
  }
}

process.exitCode = check() ? 0 : 1;
