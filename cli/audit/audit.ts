import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { loadSettings } from '../../adapters/config';
import {
  type AuditKind,
  type AuditRun as StoredRun,
  lastAudit,
} from '../../adapters/postgres/fleet/audit-runs';
import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { findRepairs } from '../../activities/fleet/repair-lifecycles';
import { createLifecycles } from '../../services/lifecycles';
import { databaseNow } from '../../adapters/postgres/clock-check';
import { createPool } from '../../adapters/postgres/pool';
import { AUDIT_EVERY, describeAuditSchedule, triggerAudit } from '../../adapters/temporal/audit-schedule';
import { openTemporal, temporalSettings } from '../../adapters/temporal/connect';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { type Fleet } from '../http/answers';
import { databaseFailure } from '../database-failure';
import { Failure } from '../failures';
import { type Io } from '../output/io';
import { withProgress } from '../output/progress';
import { withLocalServers } from '../settings';
import { cliActor } from '../user';

const LOOK_EVERY_MS = 500;
const GIVE_UP_AFTER_MS = 10 * MINUTE_MS;
const TEMPORAL_PATIENCE_MS = 5 * SECOND_MS;

export interface AuditRun {
  kind: AuditKind;
  startedAt: string;
  finishedAt: string | null;
  result: Record<string, number> | null;
}

/** The fleet's `audit`, and the last run of each kind. */
export type AuditReport = Fleet['audit'] & { hourly: AuditRun | null; daily: AuditRun | null };

/** What an audit would repair now: IDs of integrations, the most urgent first. */
export type Repairs = Awaited<ReturnType<typeof findRepairs>>;

interface Audit {
  report(): Promise<AuditReport>;
  /** Looks for what an audit would repair, and repairs nothing. */
  dryRun(): Promise<Repairs>;
  /** Starts the audit and waits until its result is there. */
  runNow(): Promise<AuditRun>;
}

/** Opens database and Temporal for as long as `work` takes. */
export async function withAudit(io: Io, work: (audit: Audit) => Promise<void>): Promise<void> {
  const env = withLocalServers(io.env);
  const settings = loadSettings(env, ['DATABASE_URL']);
  const temporal = openTemporal(temporalSettings(env));
  const pool = createPool(settings.DATABASE_URL?.reveal() ?? '', { max: 2 });
  try {
    await work({
      report: () => report(pool, temporal.client),
      dryRun: () => dryRun(pool, temporal.client),
      runNow: () => runNow(io, pool, temporal.client),
    });
  } finally {
    await pool.end();
    await temporal.close();
  }
}

async function report(pool: Pool, temporal: Client): Promise<AuditReport> {
  const [last, hourly, daily] = await Promise.all([
    lastRun(pool),
    lastRun(pool, 'hourly'),
    lastRun(pool, 'daily'),
  ]);
  const schedule = await temporal
    .withDeadline(Date.now() + TEMPORAL_PATIENCE_MS, () => describeAuditSchedule(temporal))
    .then((found) => found ?? { enabled: false, nextRunAt: null })
    .catch(() => ({ enabled: null, nextRunAt: null }));
  return {
    enabled: schedule.enabled,
    every: AUDIT_EVERY,
    lastRunAt: last?.startedAt ?? null,
    lastResult: last?.result ?? null,
    nextRunAt: schedule.nextRunAt === null ? null : new Date(schedule.nextRunAt).toISOString(),
    hourly,
    daily,
  };
}

async function dryRun(pool: Pool, temporal: Client): Promise<Repairs> {
  const now = await databaseNow(pool).catch((error: unknown): never => {
    throw databaseFailure(error);
  });
  return findRepairs({ pool, lifecycles: createLifecycles(temporal) }, now).catch((error: Error) => {
    throw new Failure(`The audit could not look: ${error.message}.`, ['Check that Temporal is running.']);
  });
}

async function runNow(io: Io, pool: Pool, temporal: Client): Promise<AuditRun> {
  const stop = io.stopSignal();
  const before = await lastRun(pool);
  await temporal
    .withDeadline(Date.now() + TEMPORAL_PATIENCE_MS, () => triggerAudit(temporal))
    .catch((error: Error) => {
      throw new Failure(`The audit could not be started: ${error.message}.`, [
        'Check that Temporal is running and that a worker has created the schedule.',
      ]);
    });
  await addAuditEntry(pool, cliActor(), { action: 'audit.run' }, Date.now());
  return withProgress(
    io,
    () => 'Running the audit',
    async () => {
      const deadline = Date.now() + GIVE_UP_AFTER_MS;
      while (Date.now() < deadline && !stop.aborted) {
        const last = await lastRun(pool);
        if (last && last.startedAt !== before?.startedAt) return last;
        await io.pause(LOOK_EVERY_MS, stop);
      }
      throw new Failure('The audit has not finished yet.', [
        'Check that a worker is running. Show the result later with `npx evergrant audit`.',
      ]);
    },
  );
}

async function lastRun(pool: Pool, kind: AuditKind | null = null): Promise<AuditRun | null> {
  const run = await lastAudit(pool, kind).catch((error: unknown): never => {
    throw databaseFailure(error);
  });
  return run && shown(run);
}

function shown({ kind, startedAt, finishedAt, result }: StoredRun): AuditRun {
  return {
    kind,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    result,
  };
}
