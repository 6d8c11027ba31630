import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { SECOND_MS } from '../core/time';
import { type Clock, systemClock } from '../adapters/clock';
import { type Settings, mailSettings, publicUrl } from '../adapters/config';
import { createKeyChecks } from '../adapters/encryption/key-check';
import { parseKeyRing } from '../adapters/encryption/key-ring';
import { watchRing } from '../adapters/encryption/ring-watch';
import { type Sealer, createSealer } from '../adapters/encryption/sealer';
import { type Instagram, createInstagram } from '../adapters/instagram/client';
import { createProviderHttp } from '../adapters/instagram/http';
import { followAppSecrets } from './app-secrets';
import { startKeyPresence } from './key-presence';
import { reportUnreadable } from '../adapters/instagram/unreadable';
import { TunnelAgent } from '../adapters/instagram/tunnel';
import { type Logger, createLogger } from '../adapters/logger';
import { type Metrics, createMetrics } from '../adapters/metrics';
import { type Mailer, createMailer } from '../adapters/mail/mailer';
import { countOverdue } from '../adapters/postgres/fleet/overdue';
import { deliveryCounts } from '../adapters/postgres/deliveries/delivery-log';
import { countByState } from '../adapters/postgres/fleet/fleet';
import { type Outgoing, createOutgoing } from '../adapters/outgoing/post';
import { isLoopbackUrl } from '../adapters/outgoing/loopback';
import { type ClockCheck, createClockCheck } from '../adapters/postgres/clock-check';
import { type PoolWatch, watchPool } from '../adapters/postgres/pool-watch';
import { lastAudit } from '../adapters/postgres/fleet/audit-runs';
import { feedLagSeconds } from '../adapters/postgres/deliveries/events';
import { closePool, createPool } from '../adapters/postgres/pool';
import { countProviderCalls } from './provider-calls';
import { createProviderGate } from './provider-gate';
import { openTemporal, temporalSettings } from '../adapters/temporal/connect';

/** Required by every process. */
export const NEEDED_SETTINGS = [
  'DATABASE_URL',
  'EVERGRANT_KEYS',
  'INSTAGRAM_APP_ID',
  'INSTAGRAM_APP_SECRET',
] as const;

/** What queries may take when a process ends. */
const LAST_QUERIES_MS = 2 * SECOND_MS;

/** What all processes share. */
export interface Services {
  settings: Settings;
  clock: Clock;
  /** Whether this machine's clock and the database's agree. */
  clockCheck: ClockCheck;
  random: () => number;
  logger: Logger;
  metrics: Metrics;
  pool: Pool;
  poolWatch: PoolWatch;
  sealer: Sealer;
  instagram: Instagram;
  /** Requests to customers' URLs. */
  outgoing: Outgoing;
  /** null: email is off. */
  mailer: Mailer | null;
  temporal: Client;
  close(): Promise<void>;
}

/**
 * Creates what worker and API share.
 * @param settings loaded with `NEEDED_SETTINGS`
 * @param env the environment that Temporal's settings are read from
 */
export function createServices(
  settings: Settings,
  options: { name: string; clock?: Clock; env?: NodeJS.ProcessEnv },
): Services {
  const clock = options.clock ?? systemClock;
  const logger = createLogger(settings.LOG_LEVEL, options.name);
  const metrics = createMetrics();
  const pool = createPool(settings.DATABASE_URL?.reveal() ?? '', {
    onError: (error) => logger.warn({ reason: error.message }, 'database connection lost'),
  });
  const poolWatch = watchPool(pool, settings.DATABASE_URL?.reveal() ?? '', logger);
  const keys = openKeys(settings, pool, logger, options.name);
  const app = followAppSecrets(settings, logger);
  const providerCalls = countProviderCalls({ pool, clock, logger }, settings.INSTAGRAM_APP_ID ?? '');
  const instagram = createInstagram(
    createProviderHttp(clock, {
      counters: metrics.counters,
      gate: createProviderGate(pool, clock, settings.INSTAGRAM_APP_ID ?? '', {
        refreshesPerSecond: settings.EVERGRANT_REFRESHES_PER_SECOND,
      }),
      tunnel: settings.INSTAGRAM_PROXY_URL && new TunnelAgent(settings.INSTAGRAM_PROXY_URL),
      noteCall: (error) => providerCalls.note(error),
      noteUnreadable: reportUnreadable(logger, metrics.counters, clock.now),
    }),
    app.settings,
  );
  const temporal = openTemporal(temporalSettings(options.env));
  metrics.watchFleet(async () => ({
    states: await countByState(pool, null),
    overdue: await countOverdue(pool, clock.now()),
  }));
  metrics.watch(
    'evergrant_event_feed_lag_seconds',
    'Age of the oldest event that the feed does not show yet, in seconds; 0: it shows all. A transaction that stays open anywhere in the cluster holds the feed back.',
    () => feedLagSeconds(pool, clock.now()),
  );
  metrics.watch(
    'evergrant_audit_age_seconds',
    'Time since the last audit of the fleet finished, in seconds; absent: none has.',
    async () => {
      const finishedAt = (await lastAudit(pool))?.finishedAt ?? null;
      return finishedAt === null ? null : Math.max(0, (clock.now() - finishedAt) / 1000);
    },
  );
  metrics.watchDeliveries(async () => {
    const { waiting, oldestWaitingAt } = await deliveryCounts(pool);
    const ageMs = oldestWaitingAt === null ? 0 : clock.now() - oldestWaitingAt;
    return { waiting, oldestAgeSeconds: Math.max(0, Math.round(ageMs / 1000)) };
  });
  const mailer = settings.SMTP_URL ? createMailer(mailSettings(settings, settings.SMTP_URL)) : null;
  return {
    settings,
    clock,
    clockCheck: createClockCheck(pool),
    random: Math.random,
    logger,
    metrics,
    pool,
    poolWatch,
    sealer: keys.sealer,
    instagram,
    // A service on loopback is a development setup.
    outgoing: createOutgoing({ development: isLoopbackUrl(publicUrl(settings)) }),
    mailer,
    temporal: temporal.client,
    close: async () => {
      poolWatch.stop();
      mailer?.close();
      app.stop();
      await keys.close();
      await temporal.close();
      await providerCalls.save();
      await closePool(pool, LAST_QUERIES_MS);
    },
  };
}

/** The sealer over the current key ring, which follows its file, and announces changes. */
function openKeys(settings: Settings, pool: Pool, logger: Logger, role: string) {
  const text = settings.EVERGRANT_KEYS ?? '';
  const checks = createKeyChecks(pool);
  const watch =
    settings.keysFile === null
      ? null
      : watchRing(settings.keysFile, text, {
          verify: (ring) => checks.verify(ring),
          logger,
          onChange: () => void presence.announce(),
        });
  const sealer = createSealer(watch?.current ?? parseKeyRing(text), { checks, logger });
  const presence = startKeyPresence({ db: pool, sealer, logger }, role);
  return {
    sealer,
    close: async () => {
      watch?.stop();
      await presence.stop();
    },
  };
}
