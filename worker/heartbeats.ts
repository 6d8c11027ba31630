import { type Context } from '@temporalio/activity';
import { type ActivityInterceptors } from '@temporalio/worker';

const BEAT_EVERY_MS = 2_000;

/**
 * Sends heartbeats for as long as an activity runs in a process that is alive. None of ours carries details: where an
 * activity stands is in the database.
 * @see https://docs.temporal.io/encyclopedia/detecting-activity-failures#activity-heartbeat
 */
export function heartbeats(context: Context): ActivityInterceptors {
  return {
    inbound: {
      async execute(input, next) {
        if (context.info.heartbeatTimeoutMs === undefined) return next(input);
        const timer = setInterval(() => context.heartbeat(), BEAT_EVERY_MS);
        try {
          return await next(input);
        } finally {
          clearInterval(timer);
        }
      },
    },
  };
}
