import { type Duration } from '@temporalio/common';
import { NativeConnection, Runtime, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../activities';
import { type Deps } from '../activities/deps';
import { storeSpooledAnswers } from '../activities/lifecycle/store-answer';
import { publicUrl, retentionOf } from '../adapters/config';
import { type MailReach } from '../adapters/postgres/deliveries/outbox';
import { type Services } from '../services/services';
import { temporalSettings } from '../adapters/temporal/connect';
import { openSpool } from '../adapters/spool';
import { createLifecycleClient } from '../client/lifecycle-client';
import { createNexusService } from '../nexus/handlers';
import { createLifecycles } from '../services/lifecycles';
import { workInBackground } from './background';
import { workflowBundle } from './bundle';
import { deploymentOptions } from './deployment';
import { requireRightClock, watchClock } from './clock-watch';
import { type NamespaceKeeper, keepNamespace } from './namespace-keeper';
import { startRelay } from './relay';
import { temporalLogger } from './temporal-log';
import { createWorkers } from './worker';

export interface RunningWorker {
  /** Ends what is under way, then stops. */
  stop(): Promise<void>;
  /** Settles when the worker has ended, of itself or because it was stopped. */
  ended: Promise<void>;
}

/** Temporal's own lines, those of its native core included, become entries of our log. */
export function installRuntime({ logger }: Pick<Services, 'logger'>): void {
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    shutdownSignals: [],
  });
}

/** Runs workflows and activities until stopped, and keeps schedule and search attributes as this version requires. */
export async function runWorker(
  services: Services,
  options: {
    env?: NodeJS.ProcessEnv;
    bundle?: WorkflowBundleOption;
    shutdownGrace?: Duration;
    /** With EVERGRANT_DEPLOYMENT: as workers of this version. */
    versioned?: boolean;
  } = {},
): Promise<RunningWorker> {
  await requireRightClock(services);
  const { connectionOptions, namespace } = temporalSettings(options.env);
  const connection = await NativeConnection.connect(connectionOptions);
  const keeper = await keepNamespace(services);
  const deps = activityDeps(services, keeper);
  await storeSpooledAnswers(deps);
  const bundle = options.bundle ?? (await workflowBundle());
  const deployment = options.versioned ? deploymentOptions(services.settings, bundle) : null;
  if (deployment) services.logger.info(deployment.version, 'worker version');
  const workers = await createWorkers({
    connection,
    namespace,
    activities: createActivities(deps),
    workflowBundle: bundle,
    nexusServices: [createNexusService({ ...deps, asker: createLifecycleClient(services.temporal) })],
    deployment,
    ...(options.shutdownGrace !== undefined && { shutdownGrace: options.shutdownGrace }),
  });
  const relay = startRelay({
    ...services,
    directUrl: services.settings.DATABASE_DIRECT_URL?.reveal(),
    reach: mailReach(services),
  });
  const stopBackground = workInBackground({ ...deps, temporal: services.temporal });
  const stopWatching = watchClock(services, () => workers.shutdown());
  const ended = workers.run().finally(async () => {
    keeper.stop();
    stopWatching();
    await Promise.all([relay.stop(), stopBackground()]);
    await connection.close();
  });
  return {
    ended,
    stop: async () => {
      workers.shutdown();
      await ended;
    },
  };
}

/** What activities act with, from the parts that all processes share. */
function activityDeps(services: Services, keeper: NamespaceKeeper): Deps {
  const { settings, temporal, metrics } = services;
  return {
    ...services,
    counters: metrics.counters,
    lifecycles: createLifecycles(temporal),
    spool: settings.EVERGRANT_SPOOL_DIR === undefined ? null : openSpool(settings.EVERGRANT_SPOOL_DIR),
    retention: retentionOf(settings),
    searchAttributesAreKnown: keeper.knowsSearchAttributes,
    operatorEmail: settings.EVERGRANT_OPERATOR_EMAIL ?? null,
    site: {
      publicUrl: publicUrl(settings),
      productName: settings.EVERGRANT_PRODUCT_NAME,
      accent: settings.EVERGRANT_ACCENT ?? null,
    },
  };
}

/** Who receives e-mail, and a log line when no one does. */
function mailReach({ mailer, settings, logger }: Services): MailReach {
  const isThere = mailer !== null;
  if (!isThere) logger.info('email notifications are off: SMTP_URL is not set');
  return { owners: isThere, operators: isThere && settings.EVERGRANT_OPERATOR_EMAIL !== undefined };
}
