import { DefaultLogger, Runtime } from '@temporalio/worker';

const shared = globalThis as { evergrantTemporalRuntime?: boolean };

/** Sets up Temporal's runtime once per process. Expected failures are not logged. */
export function quietTemporal(): void {
  if (shared.evergrantTemporalRuntime) return;
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  shared.evergrantTemporalRuntime = true;
}
