import { setTimeout as pause } from 'node:timers/promises';
import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { reasonOf } from '../adapters/error-reason';
import { type Logger } from '../adapters/logger';
import { countLive } from '../adapters/postgres/fleet/overdue';
import { repeat } from '../adapters/repeat';
import { ensureAuditSchedule, triggerAudit } from '../adapters/temporal/audit-schedule';
import {
  commandsToRegister,
  registerSearchAttributes,
  searchAttributesAreKnown,
} from '../adapters/temporal/search-attributes';
import { MINUTE_MS, SECOND_MS } from '../core/time';
import { createLifecycles } from '../services/lifecycles';

const CHECK_EVERY_MS = 1 * MINUTE_MS;
/** What was registered is not known to every part of the server at once. */
const KNOWN_WITHIN_MS = 10 * SECOND_MS;
const LOOK_EVERY_MS = 200;

interface KeeperParts {
  temporal: Client;
  pool: Pool;
  logger: Logger;
}

export interface NamespaceKeeper {
  /** Whether workflows may set search attributes. */
  knowsSearchAttributes(): boolean;
  stop(): void;
}

/**
 * Prepares the namespace, and again every minute: after a loss of Temporal's data nothing else brings back its search
 * attributes and Schedule, and a new Schedule audits at once. Both are conveniences: where the server denies the right
 * to create them, tokens are refreshed all the same, and the log says what somebody else has to enter.
 */
export async function keepNamespace(parts: KeeperParts, everyMs = CHECK_EVERY_MS): Promise<NamespaceKeeper> {
  const { temporal, logger } = parts;
  /** What failed when it was last tried: it is reported once, until it works again. */
  const failing = new Map<string, string>();
  let known = false;

  async function attempt(what: string, hints: string[], work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      failing.delete(what);
      return true;
    } catch (error) {
      const reason = String(reasonOf((error as { cause?: unknown }).cause ?? error));
      if (failing.get(what) !== reason) logger.warn({ reason, hints }, `${what}: not possible`);
      failing.set(what, reason);
      return false;
    }
  }

  async function prepare(): Promise<void> {
    const commands = commandsToRegister(temporal.options.namespace);
    const registered = await attempt('register search attributes', commands, () =>
      registerSearchAttributes(temporal),
    );
    await attempt('look for search attributes', commands, async () => {
      known = await areKnown(temporal, registered ? KNOWN_WITHIN_MS : 0);
      if (!known) throw new Error('the namespace does not know them, so states cannot be searched for');
    });
    await attempt('schedule the audit', ['See docs/operations.md, The fleet audit.'], () =>
      ensureAuditSchedule(temporal),
    );
  }

  await prepare();
  await attempt('count lifecycles', ['The audit will.'], () => rebuildIfNeeded(parts));
  return { knowsSearchAttributes: () => known, stop: repeat(everyMs, prepare) };
}

async function areKnown(client: Client, withinMs: number): Promise<boolean> {
  for (const deadline = performance.now() + withinMs; ; await pause(LOOK_EVERY_MS)) {
    const known = await searchAttributesAreKnown(client);
    if (known || performance.now() >= deadline) return known;
  }
}

/** Whether lifecycles are missing. The audit that this asks for starts them, the most urgent first. */
async function rebuildIfNeeded({ temporal, pool, logger }: KeeperParts): Promise<void> {
  const [running, live] = await Promise.all([createLifecycles(temporal).countRunning(), countLive(pool)]);
  if (running >= live) return;
  logger.warn({ running, live }, 'lifecycles are missing; the audit will start them');
  await triggerAudit(temporal);
}
