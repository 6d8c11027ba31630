import { type Services } from '../services/services';
import { temporalSettings } from '../adapters/temporal/connect';
import { metricsApp } from '../http/metrics';
import { listen } from '../http/server';
import { installRuntime, runWorker } from '../worker/run';
import { Failure } from './failures';
import { type Io } from './output/io';
import { type Running } from './run-process';

export async function startWorker(
  io: Io,
  services: Services,
  started: (part: Running) => void,
): Promise<void> {
  const { EVERGRANT_HTTP_HOST: host, EVERGRANT_METRICS_PORT: port } = services.settings;
  const metrics = await listen(metricsApp(services), {
    host,
    port,
    setting: 'EVERGRANT_METRICS_PORT',
  });
  started({ stop: () => metrics.close() });
  installRuntime(services);
  started(await runWorker(services, { env: io.env, versioned: true }).catch(temporalFailure(io)));
}

function temporalFailure(io: Io) {
  return (error: unknown): never => {
    const { name, message } = error as Error;
    if (!/TransportError|ServiceError|ConnectionError/.test(name)) throw error;
    const { connectionOptions, namespace } = temporalSettings(io.env);
    throw new Failure(
      `Temporal at ${connectionOptions.address ?? 'localhost:7233'} (namespace ${namespace}) failed: ${message}`,
      ['Check that it is running and that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are correct.'],
    );
  };
}
