import { lazy } from '../lazy';
import { type Verb } from '../verb';

export const apiVerb: Verb = (program, io) => {
  program
    .command('api')
    .description(
      'Run the HTTP API on EVERGRANT_HTTP_HOST and EVERGRANT_HTTP_PORT until SIGTERM or SIGINT; metrics on EVERGRANT_METRICS_PORT.',
    )
    .action(async () => {
      const runApi = lazy.runApi();
      await lazy.runProcess()(io, 'API', async (services, started) => {
        started(await runApi(services));
      });
    });
};
