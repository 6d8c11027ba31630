import { type Context } from '@temporalio/activity';
import { type ActivityInterceptors } from '@temporalio/worker';

const BEAT_EVERY_MS = 2_000;

/**
 * Sends heartbeats for as long as an activity runs in a process that is alive. They repeat what an earlier attempt left in
 * its last one, which a heartbeat without details would erase; an activity that leaves something does so at its end.
 * @see https://docs.temporal.io/encyclopedia/detecting-activity-failures#activity-heartbeat
 */
export function heartbeats(everyMs = BEAT_EVERY_MS): (context: Context) => ActivityInterceptors {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        if (context.info.heartbeatTimeoutMs === undefined) return next(input);
        const timer = setInterval(() => context.heartbeat(context.info.heartbeatDetails), everyMs);
        try {
          return await next(input);
        } finally {
          clearInterval(timer);
        }
      },
    },
  });
}
