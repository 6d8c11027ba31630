import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { reasonOf } from '../adapters/error-reason';
import { type Logger } from '../adapters/logger';
import { thinOut } from '../adapters/thin-out';
import { integrationIdOf } from '../core/names';

const MAX_REASON_LENGTH = 300;

interface Fields {
  activity?: string;
  workflow?: string;
  integrationId?: string;
  attempt?: number;
  reason?: string;
}

/** Temporal's own lines, as entries of our log: which activity of which workflow, and why. Warnings and errors only. */
export function temporalLogger(logger: Logger, now: () => number = Date.now): DefaultLogger {
  const thinned = thinOut(now);
  return new DefaultLogger('WARN', (entry) => {
    // Two of our workers have activities alone, on purpose.
    if (entry.message.startsWith('No workflows registered')) return;
    const fields = fieldsOf(entry);
    const repeated = thinned(
      [entry.message, fields.activity, fields.workflow && 'run', fields.reason].join(),
    );
    if (repeated === null) return;
    const line = repeated > 0 ? { ...fields, repeated } : fields;
    if (entry.level === 'ERROR') logger.error(line, entry.message);
    else logger.warn(line, entry.message);
  });
}

/** Only what is known to be harmless: Temporal's entries also carry task tokens, stack traces and whole failures. */
function fieldsOf({ meta = {} }: LogEntry): Fields {
  const { activityType, workflowType, workflowId, attempt, error, failure } = meta as Record<string, unknown>;
  const integrationId = typeof workflowId === 'string' ? integrationIdOf(workflowId) : null;
  const reason = error === undefined ? textOf(failure) : reasonFor(error);
  return {
    ...(typeof activityType === 'string' && { activity: activityType }),
    ...(typeof workflowType === 'string' && { workflow: workflowType }),
    ...(integrationId !== null && { integrationId }),
    ...(typeof attempt === 'number' && { attempt }),
    ...(reason !== null && { reason: reason.slice(0, MAX_REASON_LENGTH) }),
  };
}

/** Our own failures carry sentences of ours; of any other error only its code or class can be trusted. */
function reasonFor(error: unknown): string {
  if (error instanceof ApplicationFailure) return `${error.type ?? 'failure'}: ${error.message}`;
  const { code, name } = error as { code?: string; name?: string };
  return code !== undefined ? reasonOf(error) : String(name);
}

/** Of the failure of a workflow task, as the core describes it, its message alone. */
function textOf(failure: unknown): string | null {
  return typeof failure === 'string' ? (/message: "([^"]*)"/.exec(failure)?.[1] ?? null) : null;
}
