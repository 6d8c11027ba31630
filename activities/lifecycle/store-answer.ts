import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { RowMovedOn } from '../../adapters/postgres/integrations/apply-change';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration, lockIntegration } from '../../adapters/postgres/integrations/integrations';
import { withTransaction } from '../../adapters/postgres/pool';
import {
  type TokenVersion,
  erasePending,
  insertPending,
  tokenContext,
} from '../../adapters/postgres/tokens/token-versions';
import { type Sealer } from '../../adapters/encryption/sealer';
import { type Answer } from '../../adapters/spool';
import { SECOND_MS } from '../../core/time';
import { type Deps } from '../deps';
import { settlePending } from './settle-pending';

type Keeper = Pick<Deps, 'pool' | 'sealer' | 'clock' | 'logger' | 'spool' | 'pause'>;

const LONGEST_WAIT_MS = 1 * SECOND_MS;
/** Integrations whose answer is still only in this process: nothing else may be asked for them here. */
const beingStored = new WeakMap<Sealer, Set<string>>();

/** A process is known by its sealer, of which each has one: a simulation runs several in one. */
export function isBeingStored({ sealer }: Pick<Deps, 'sealer'>, integrationId: string): boolean {
  return beingStored.get(sealer)?.has(integrationId) ?? false;
}

function storedBy({ sealer }: Pick<Deps, 'sealer'>): Set<string> {
  const ids = beingStored.get(sealer) ?? new Set<string>();
  beingStored.set(sealer, ids);
  return ids;
}

/** An answer that is stored, and the row that it belongs to. */
export interface Stored {
  row: Integration;
  pending: TokenVersion;
}

/** How many answers are in this process alone. */
export const answersBeingStored = ({ sealer }: Pick<Deps, 'sealer'>): number =>
  beingStored.get(sealer)?.size ?? 0;

/**
 * Stores what a refresh answered, as `pending`. Instagram gives it once, so it is never given up while this process
 * lives: it is tried until it is stored, past the activity's own timeout. A sealed copy goes to the spool directory,
 * where one is configured, as soon as the database has failed once; only with that copy may a stop cut this short.
 * @throws RowMovedOn when a grant, a disconnect or another refresh came first
 */
export async function storeAnswer(deps: Keeper, answer: Answer): Promise<Stored> {
  const { id } = answer.row;
  const beingStored = storedBy(deps);
  const wait = deps.pause ?? pause;
  beingStored.add(id);
  let isSpooled = false;
  try {
    for (let tries = 1; ; tries++) {
      try {
        const stored = await storeOnce(deps, answer);
        if (isSpooled) await deps.spool?.remove(answer);
        return stored;
      } catch (error) {
        if (error instanceof RowMovedOn) {
          if (isSpooled) await deps.spool?.remove(answer);
          throw error;
        }
        if (isWorthALine(tries))
          deps.logger.warn({ integrationId: id, tries }, 'refreshed token not stored yet; retrying');
        isSpooled ||= await spool(deps, answer);
        if (isSpooled && isStopping()) throw error;
        await wait(Math.min(tries * 100, LONGEST_WAIT_MS));
      }
    }
  } finally {
    beingStored.delete(id);
  }
}

/** Stores and settles the answers that earlier processes left in the spool directory. @returns how many were stored */
export async function storeSpooledAnswers(
  deps: Keeper & Pick<Deps, 'instagram' | 'lifecycles'>,
): Promise<number> {
  let stored = 0;
  const onUnreadable = (file: string, error: unknown) =>
    deps.logger.error({ file, reason: (error as Error).name }, 'spooled token cannot be read; file kept');
  for (const answer of (await deps.spool?.read(deps.sealer, onUnreadable)) ?? []) {
    const { id } = answer.row;
    try {
      const { row, pending } = await storeAnswer(deps, answer);
      await deps.spool?.remove(answer);
      await settlePending(deps, row, 'recovery', { pending });
      await deps.lifecycles.rowChanged(id);
      stored += 1;
    } catch (error) {
      if (!(error instanceof RowMovedOn)) throw error;
      await deps.spool?.remove(answer);
      deps.logger.warn({ integrationId: id }, 'spooled token dropped: a newer one is in use');
    }
  }
  return stored;
}

/** One attempt, under the next number where another refresh has taken this one. @throws RowMovedOn */
async function storeOnce(deps: Keeper, answer: Answer): Promise<Stored> {
  for (let { row } = answer; ;) {
    try {
      return await storePending(deps, { ...answer, row });
    } catch (error) {
      if (!(error instanceof RowMovedOn)) throw error;
      row = await sameTokenAgain(deps, answer, error);
    }
  }
}

function storePending({ pool, sealer, clock }: Keeper, { row, token, ...life }: Answer): Promise<Stored> {
  return withTransaction(pool, async (db) => {
    const locked = await lockIntegration(db, row.id);
    if (!locked) throw new RowMovedOn(row.id);
    await erasePending(db, row.id);
    const sealed = await sealer.seal(token, tokenContext(row, row.lastVersion + 1));
    const pending = await insertPending(db, row, { ...life, sealed }, clock.now());
    return { row: { ...locked, lastVersion: pending.version }, pending };
  });
}

/** The row as it is now, if only the number of the version was taken; otherwise something newer came first. */
async function sameTokenAgain({ pool }: Keeper, { row }: Answer, moved: RowMovedOn): Promise<Answer['row']> {
  const now = await findIntegration(pool, row.id);
  if (now?.grantNo !== row.grantNo || now.version !== row.version || now.state === 'disconnected')
    throw moved;
  return now;
}

async function spool({ spool, sealer, logger }: Keeper, answer: Answer): Promise<boolean> {
  if (!spool) return false;
  try {
    await spool.write(sealer, answer);
    return true;
  } catch (error) {
    const { code: reason } = error as NodeJS.ErrnoException;
    logger.error({ integrationId: answer.row.id, reason }, 'spool directory not writable');
    return false;
  }
}

/** Whether the worker was told to stop and its grace is over. */
function isStopping(): boolean {
  try {
    return Context.current().cancellationDetails?.workerShutdown ?? false;
  } catch {
    return false;
  }
}

/** The first, the second, the fourth … failure: an outage of minutes is a few lines. */
function isWorthALine(tries: number): boolean {
  return Number.isInteger(Math.log2(tries));
}
