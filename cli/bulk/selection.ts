import { type Command, Option } from 'commander';
import { DEFAULT_BULK_LIMIT, MAX_BULK_LIMIT } from '../../core/fleet/bulk-operations';
import { REASONS, STATES } from '../../core/lifecycle/states';
import { SECOND_MS } from '../../core/time';
import { UsageError } from '../failures';
import { parseDuration } from '../output/times';
import { positiveNumber, wholeNumber } from '../verbs/common';

/** Which connections a verb is about, where it is not one. */
export interface Selection {
  state?: string;
  reason?: string;
  ownerRef?: string;
  expiringWithinDays?: number;
  all?: true;
  dryRun?: true;
  limit: number;
}

/** How an operation with many connections is done. */
export interface BulkOptions extends Selection {
  /** In ms. */
  spread?: number;
  /** false: return at once. */
  wait: boolean;
}

/** The conditions that connections are listed and selected by. */
export function addConditions(command: Command): Command {
  return command
    .addOption(new Option('--state <state>', 'only those in this state').choices(STATES))
    .addOption(new Option('--reason <reason>', 'only those that expired for this reason').choices(REASONS))
    .option('--owner-ref <ref>', 'filter by owner')
    .option(
      '--expiring-within-days <n>',
      'only those whose token ends within so many days, at most 365',
      wholeNumber,
    );
}

/** The options that select the connections of a verb. */
export function addSelection(command: Command): Command {
  return addConditions(command)
    .option('--all', 'all connections')
    .option('--dry-run', 'list the connections that match, and change nothing')
    .option(
      '--limit <n>',
      `refuse to start if more connections match, at most ${MAX_BULK_LIMIT}`,
      positiveNumber,
      DEFAULT_BULK_LIMIT,
    );
}

/** Those, and the options of an operation in the background. */
export function addBulkOptions(command: Command): Command {
  return addSelection(command)
    .option(
      '--spread <duration>',
      'spread the connections evenly over this time, such as 10m or 1h',
      parseDuration,
    )
    .option('--no-wait', 'return at once; `evergrant bulk show` tells how far it has come');
}

/** The conditions, as the API's list and bulk operations understand them. */
export function conditionsOf({ state, reason, ownerRef, expiringWithinDays }: Selection) {
  return {
    ...(state !== undefined && { state }),
    ...(reason !== undefined && { reason }),
    ...(ownerRef !== undefined && { ownerRef }),
    ...(expiringWithinDays !== undefined && { expiringWithinDays }),
  };
}

/**
 * Whether many connections are meant, not the one given.
 * @throws UsageError for neither or both, and for options that only go with many
 */
export function isForMany(
  id: string | undefined,
  options: Selection & Partial<BulkOptions>,
): id is undefined {
  const hasConditions = Object.keys(conditionsOf(options)).length > 0;
  if (options.all && hasConditions) throw new UsageError('--all goes with no other condition.');
  const forMany = options.all === true || hasConditions;
  if (id === undefined && !forMany)
    throw new UsageError('Give an <id>, or --all, --state, --reason, --owner-ref or --expiring-within-days.');
  if (id !== undefined && forMany) throw new UsageError('Give either an <id> or conditions.');
  if (!forMany && (options.dryRun || options.spread !== undefined || options.wait === false))
    throw new UsageError('--dry-run, --spread and --no-wait need conditions, not an <id>.');
  return forMany;
}

/** The body of `POST /v1/bulk-operations`. */
export function operationFor(action: string, options: BulkOptions) {
  const { all, limit, spread = 0 } = options;
  const filter = all ? { all } : conditionsOf(options);
  return { action, filter, limit, spreadSeconds: Math.round(spread / SECOND_MS) };
}
