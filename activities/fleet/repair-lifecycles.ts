import { reasonOf } from '../../adapters/error-reason';
import { type LateLifecycle, lateLifecycles, liveIntegrations } from '../../adapters/postgres/fleet/overdue';
import { isAtItsLimit } from '../../client/lifecycle-client';
import { type Deps } from '../deps';

/** A fleet is rebuilt this many at a time: quick, and no crowd that all starts at one instant. */
const REPAIRS_AT_ONCE = 30;

type Repairer = Pick<Deps, 'pool' | 'logger' | 'lifecycles' | 'counters'>;
type Finder = Pick<Deps, 'pool' | 'lifecycles'>;

/** Wakes lifecycles that are late, those with the least time left first, and replaces those that cannot go on. */
export async function wakeLateLifecycles(
  deps: Repairer,
  now: number,
): Promise<{ behind: number; overdue: number; replaced: number; failed: number }> {
  const result = { behind: 0, overdue: 0, replaced: 0, failed: 0 };
  const wakeOrReplace = async (id: string) => {
    if (!(await deps.lifecycles.isStuck(id))) return wake(deps, id);
    await replace(deps, id, 'Its workflow tasks failed repeatedly.');
    result.replaced += 1;
  };
  for await (const page of lateLifecycles(deps.pool, now)) {
    result.behind += page.filter(({ behind }) => behind).length;
    result.overdue += page.filter(({ overdue }) => overdue).length;
    result.failed += await repairEach(deps, idsOf(page), wakeOrReplace);
  }
  const stuck = await deps.lifecycles.reportedProblems();
  result.failed += await repairEach(deps, stuck, wakeOrReplace);
  return result;
}

/** Starts what is missing, and ends what has no integration any more. */
export async function matchLifecycles(
  deps: Repairer,
): Promise<{ missing: number; extra: number; failed: number }> {
  const { missing, extra } = await compareLifecycles(deps);
  const failed =
    (await repairEach(deps, missing, (id) => wake(deps, id))) +
    (await repairEach(deps, extra, (id) => end(deps, id)));
  return { missing: missing.length, extra: extra.length, failed };
}

/** What an audit would repair now, without repairing it. IDs, the most urgent first. */
export async function findRepairs(
  deps: Finder,
  now: number,
): Promise<Record<'behind' | 'overdue' | 'stuck' | 'missing' | 'extra', string[]>> {
  const late: LateLifecycle[] = [];
  for await (const page of lateLifecycles(deps.pool, now)) late.push(...page);
  const stuck = new Set(await deps.lifecycles.reportedProblems());
  for (const { id } of late) if (await deps.lifecycles.isStuck(id)) stuck.add(id);
  return {
    behind: idsOf(late.filter(({ behind }) => behind)),
    overdue: idsOf(late.filter(({ overdue }) => overdue)),
    stuck: [...stuck],
    ...(await compareLifecycles(deps)),
  };
}

async function compareLifecycles({
  lifecycles,
  pool,
}: Finder): Promise<{ missing: string[]; extra: string[] }> {
  const running = new Set<string>();
  for await (const id of lifecycles.running()) {
    running.add(id);
  }
  const missing: string[] = [];
  for await (const id of liveIntegrations(pool)) {
    if (!running.delete(id)) missing.push(id);
  }
  return { missing, extra: [...running] };
}

/** One that cannot be repaired does not keep the others waiting. @returns how many could not */
async function repairEach(
  { logger }: Pick<Deps, 'logger'>,
  ids: readonly string[],
  repair: (id: string) => Promise<void>,
): Promise<number> {
  let failed = 0;
  for (let at = 0; at < ids.length; at += REPAIRS_AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + REPAIRS_AT_ONCE).map((integrationId) =>
        repair(integrationId).catch((error: unknown) => {
          failed += 1;
          logger.error({ integrationId, reason: reasonOf(error) }, 'lifecycle not repaired');
        }),
      ),
    );
  }
  return failed;
}

/** Starts a missing lifecycle, too. */
async function wake(deps: Repairer, id: string): Promise<void> {
  try {
    await deps.lifecycles.rowChanged(id);
  } catch (error) {
    if (!isAtItsLimit(error)) throw error;
    await replace(deps, id, 'The run reached its message limit.');
  }
}

/** A new run knows everything from the row. */
async function replace({ lifecycles, logger, counters }: Repairer, id: string, why: string): Promise<void> {
  await lifecycles.terminate(id, why);
  await lifecycles.start(id);
  counters.lifecycleReplaced();
  logger.error({ integrationId: id, reason: why }, 'lifecycle replaced by a new run');
}

/** Signals without starting: the integration's account may have been deleted. */
async function end({ lifecycles }: Pick<Deps, 'lifecycles'>, id: string): Promise<void> {
  try {
    await lifecycles.rowEnded(id);
  } catch (error) {
    if (!isAtItsLimit(error)) throw error;
    await lifecycles.terminate(id, 'The run reached its message limit.');
  }
}

const idsOf = (late: readonly LateLifecycle[]): string[] => late.map(({ id }) => id);
