import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { reasonOf } from '../adapters/error-reason';
import { type Logger } from '../adapters/logger';
import { countLive } from '../adapters/postgres/fleet/overdue';
import { ensureAuditSchedule, triggerAudit } from '../adapters/temporal/audit-schedule';
import { registerSearchAttributes } from '../adapters/temporal/register-search-attributes';
import { repeat } from '../adapters/repeat';
import { MINUTE_MS } from '../core/time';
import { createLifecycles } from '../services/lifecycles';

const CHECK_EVERY_MS = 1 * MINUTE_MS;

interface KeeperParts {
  temporal: Client;
  pool: Pool;
  logger: Logger;
}

/** Registers search attributes and the audit's Schedule as this version requires. Idempotent: what is there is left alone. */
async function prepareNamespace({ temporal }: KeeperParts): Promise<void> {
  await registerSearchAttributes(temporal);
  await ensureAuditSchedule(temporal);
}

/** Whether lifecycles are missing. The audit that this asks for starts them, the most urgent first. */
async function rebuildIfNeeded({ temporal, pool, logger }: KeeperParts): Promise<void> {
  const [running, live] = await Promise.all([createLifecycles(temporal).countRunning(), countLive(pool)]);
  if (running >= live) return;
  logger.warn({ running, live }, 'lifecycles are missing; the audit will start them');
  await triggerAudit(temporal);
}

/**
 * Prepares the namespace, and again every minute: after a loss of Temporal's data nothing else brings back its search
 * attributes and Schedule, and a new Schedule audits at once.
 * @returns stops it
 */
export async function keepNamespace(parts: KeeperParts, everyMs = CHECK_EVERY_MS): Promise<() => void> {
  await prepareNamespace(parts);
  await rebuildIfNeeded(parts).catch((error: unknown) =>
    parts.logger.warn({ reason: reasonOf(error) }, 'lifecycles not counted; the audit will'),
  );
  let hasFailed = false;
  return repeat(everyMs, async () => {
    try {
      await prepareNamespace(parts);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) parts.logger.warn({ reason: reasonOf(error) }, 'Temporal namespace check failed');
      hasFailed = true;
    }
  });
}
