import { setTimeout as pause } from 'node:timers/promises';
import { type Pool } from 'pg';
import {
  type CallKind,
  MAX_REFRESH_WAIT_MS,
  MAX_SLOT_WAIT_MS,
  RATE_LIMITS,
  REFRESHES_PER_SECOND,
  URGENT_WITHIN_MS,
  cooldownForRefusal,
  cooldownForUsage,
} from '../core/messaging/throttle-policy';
import { SECOND_MS } from '../core/time';
import { type Clock } from '../adapters/clock';
import { takesNoWrites } from '../adapters/postgres/write-check';
import { AccessToken } from '../adapters/instagram/access-token';
import { type Gate, type GatedCall } from '../adapters/instagram/http';
import { ProviderError } from '../adapters/instagram/provider-error';
import {
  WHOLE_APP,
  setCooldown,
  cooldownUntil,
  recordThrottle,
  reserveSlot,
} from '../adapters/postgres/messages/provider-limits';

/** Accounts whose next call is kept in memory, at most. */
const MAX_KEPT = 10_000;

/** Operations with a rate limit of their own. All others keep tokens alive. */
const KINDS: Record<string, CallKind> = {
  list_conversations: 'read',
  list_messages: 'read',
  read_message: 'read',
  read_profile: 'read',
  graph_read: 'read',
  graph_write: 'send',
  send_message: 'send',
};

/**
 * Enforces Instagram's limits for all processes of a deployment together: slots per account, a rate of refreshes per
 * app, and cooldowns that Instagram asked for.
 */
export function createProviderGate(
  pool: Pool,
  clock: Clock,
  appId: string,
  options: { refreshesPerSecond?: number } = {},
): Gate {
  const refreshSpacingMs = SECOND_MS / (options.refreshesPerSecond ?? REFRESHES_PER_SECOND);

  async function enter(call: GatedCall): Promise<void> {
    const kind = KINDS[call.operation] ?? 'vital';
    const { accountId, expiresAt } = ownerOf(call);
    const now = clock.now();
    const cooldown = await cooldownUntil(pool, appId, accountId);
    const waitMs = (kind === 'read' ? Math.max(cooldown.reads, cooldown.calls) : cooldown.calls) - now;
    const isUrgent = kind === 'vital' && expiresAt !== null && now >= expiresAt - URGENT_WITHIN_MS;
    if (waitMs > 0 && !isUrgent) throw ProviderError.heldBack(call.operation, waitMs);
    if (call.operation === 'refresh') {
      const slot = { appId, accountId: WHOLE_APP, kind: 'refresh' };
      await waitForSlot(call, slot, { calls: 1, windowMs: refreshSpacingMs }, MAX_REFRESH_WAIT_MS);
    }
    if (kind === 'vital' || accountId === null) return;
    await waitForSlot(call, { appId, accountId, kind }, RATE_LIMITS[kind], MAX_SLOT_WAIT_MS);
  }

  async function waitForSlot(
    call: GatedCall,
    slot: { appId: string; accountId: string; kind: string },
    limit: { calls: number; windowMs: number },
    maxWaitMs: number,
  ): Promise<void> {
    const waitMs = await reserveSlot(pool, slot, limit, maxWaitMs).catch((error: unknown) => {
      if (!takesNoWrites(error)) throw error;
      return reserveHere(slot, limit, maxWaitMs);
    });
    if (waitMs === null) throw ProviderError.heldBack(call.operation, maxWaitMs);
    if (waitMs > 0) await pause(waitMs);
  }

  /** While the database takes no writes: this process's own calls, spaced evenly. */
  const nextHere = new Map<string, number>();
  function reserveHere(
    slot: { accountId: string; kind: string },
    limit: { calls: number; windowMs: number },
    maxWaitMs: number,
  ): number | null {
    const key = `${slot.accountId} ${slot.kind}`;
    const now = performance.now();
    const begins = Math.max(now, nextHere.get(key) ?? 0);
    if (begins - now > maxWaitMs) return null;
    if (nextHere.size > MAX_KEPT) nextHere.clear();
    nextHere.set(key, begins + limit.windowMs / limit.calls);
    return begins - now;
  }

  const leave: Gate['leave'] = async (call, { usage, error }) => {
    const now = clock.now();
    const { accountId } = ownerOf(call);
    const app = usage.app && cooldownForUsage(usage.app);
    if (app) await setCooldown(pool, appId, WHOLE_APP, app, now);
    const business = [...usage.accounts.values()];
    for (const cooldown of business.map(cooldownForUsage)) {
      if (cooldown && accountId !== null) await setCooldown(pool, appId, accountId, cooldown, now);
    }
    if (error?.failure.class !== 'throttled') return;
    const subject = error.failure.throttles === 'app' ? WHOLE_APP : accountId;
    if (subject === null) return;
    const askedMs = error.retryAfterMs ?? (Math.max(0, ...business.map(({ regainMs }) => regainMs)) || null);
    await setCooldown(
      pool,
      appId,
      subject,
      cooldownForRefusal(askedMs, await recordThrottle(pool, appId, subject, now)),
      now,
    );
  };

  return { enter, leave };
}

function ownerOf({ token }: GatedCall): { accountId: string | null; expiresAt: number | null } {
  return token instanceof AccessToken ? token : { accountId: null, expiresAt: null };
}
