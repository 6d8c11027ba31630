import { lazy } from '../lazy';
import { type Verb } from '../verb';

export const workerVerb: Verb = (program, io) => {
  program
    .command('worker')
    .description(
      'Run the worker (lifecycles, calls to Instagram, the audit) until SIGTERM or SIGINT; metrics on EVERGRANT_METRICS_PORT.',
    )
    .action(async () => {
      const startWorker = lazy.startWorker();
      await lazy.runProcess()(io, 'worker', (services, started) => startWorker(io, services, started));
    });
};
