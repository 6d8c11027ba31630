import { setTimeout as pause } from 'node:timers/promises';
import { type Client as TemporalClient } from '@temporalio/client';
import { type Client, type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { reasonOf } from '../adapters/error-reason';
import { type Logger } from '../adapters/logger';
import {
  type MailReach,
  OUTBOX_CHANNEL,
  RELAYED_AT_ONCE,
  lanesToHandOver,
  markHandedOver,
  relayEvents,
} from '../adapters/postgres/deliveries/outbox';
import { createClient } from '../adapters/postgres/connection';
import { isDirect, urlOf } from '../adapters/postgres/pool';
import { wakeLane } from '../adapters/temporal/lanes';
import { SECOND_MS } from '../core/time';

/** Notifications may be lost, with their connection or while Temporal is away. */
const LOOK_EVERY_MS = 5 * SECOND_MS;
const LANES_AT_ONCE = 10;
/** A round of the relay is made no more often than this. */
const GATHERED_MS = 50;

export interface RelayParts {
  pool: Pool;
  temporal: TemporalClient;
  /** The database's own address, where `pool` leads to a pooler. */
  directUrl?: string | undefined;
  clock: Clock;
  logger: Logger;
  reach: MailReach;
}

export interface Relay {
  /** Ends what is under way, then stops. */
  stop(): Promise<void>;
}

/**
 * Carries events from the table that they are written to with their change to the workflows that deliver them. Any
 * number of relays may run: one killed in the middle leaves nothing that the next does not find.
 */
export function startRelay(parts: RelayParts): Relay {
  const bell = createBell();
  const listening = createListener(parts.directUrl ?? urlOf(parts.pool), bell.ring);
  let stopped = false;
  const ended = run();

  async function run(): Promise<void> {
    while (!stopped) {
      const startedAt = performance.now();
      await listening.ensure();
      bell.reset();
      const more = await relayOnce(parts).catch((error: unknown) => {
        parts.logger.warn({ reason: reasonOf(error) }, 'event relay failed; retrying');
        return false;
      });
      if (more || stopped) continue;
      await bell.wait(LOOK_EVERY_MS);
      // The first is carried at once; under load, those that follow it are carried together.
      const restMs = startedAt + GATHERED_MS - performance.now();
      if (restMs > 0 && !stopped) await pause(restMs);
    }
    listening.close();
  }

  return {
    async stop() {
      stopped = true;
      bell.ring();
      await ended;
    },
  };
}

/** @returns whether there was more than one round takes. What came meanwhile rings the bell. */
async function relayOnce({ pool, temporal, clock, reach }: RelayParts): Promise<boolean> {
  const relayed = await relayEvents(pool, reach, clock.now());
  const lanes = await lanesToHandOver(pool);
  for (let at = 0; at < lanes.length; at += LANES_AT_ONCE)
    await Promise.all(
      lanes.slice(at, at + LANES_AT_ONCE).map(async (handover) => {
        await wakeLane(temporal, handover.lane);
        await markHandedOver(pool, handover, clock.now());
      }),
    );
  return relayed === RELAYED_AT_ONCE || lanes.length === RELAYED_AT_ONCE;
}

/** A wake-up call that may arrive before or during the wait for it. */
function createBell() {
  let rung = false;
  let wake = () => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    reset: () => void (rung = false),
    wait(ms: number): Promise<void> {
      if (rung) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}

/**
 * A connection that listens for new events; a lost one is replaced at the next round. A pooler passes no notifications
 * on: behind one that has no direct address beside it, the relay looks by itself.
 */
function createListener(url: string, heard: () => void) {
  let client: Client | null = null;
  let isPooled = false;
  const lose = () => {
    const lost = client;
    client = null;
    void lost?.end().catch(() => undefined);
  };
  return {
    async ensure(): Promise<void> {
      if (client || isPooled) return;
      const fresh = createClient(url, {
        connectionTimeoutMillis: LOOK_EVERY_MS,
        query_timeout: LOOK_EVERY_MS,
        keepAlive: true,
        application_name: 'evergrant',
      });
      client = fresh;
      fresh.on('error', lose);
      fresh.on('end', lose);
      fresh.on('notification', heard);
      try {
        await fresh.connect();
        isPooled = !(await isDirect(fresh));
        if (isPooled) lose();
        else await fresh.query(`listen ${OUTBOX_CHANNEL}`);
      } catch {
        lose();
      }
    },
    close: lose,
  };
}
