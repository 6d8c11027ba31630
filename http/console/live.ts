import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { newestEvent } from '../../adapters/postgres/deliveries/events';
import { SHELL_TEXT } from '../../core/text/console-shell';
import { SECOND_MS } from '../../core/time';
import { type HttpDeps } from '../deps';
import { CONSOLE } from '../middleware/headers';
import { Problem } from '../problems';
import { type ConsoleEnv, type createSessions } from './session';

const LOOK_EVERY_MS = SECOND_MS;
/** Changes without an event, such as a retry or the time left, are shown after this. */
const TICK_MS = 5 * SECOND_MS;
const MAX_WATCHERS = 200;

/** Tells open pages to update after a change. One database query serves all of them. */
export function liveRoutes(deps: HttpDeps, sessions: ReturnType<typeof createSessions>) {
  const watchers = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let seen: string | null = null;
  let toldAt = 0;

  async function look(): Promise<void> {
    const newest = await newestEvent(deps.pool).catch(() => seen);
    if (newest !== seen || Date.now() - toldAt >= TICK_MS) {
      seen = newest;
      toldAt = Date.now();
      for (const tell of watchers) tell();
    }
    if (watchers.size > 0) timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
    else timer = undefined;
  }

  function watch(tell: () => void): () => void {
    watchers.add(tell);
    toldAt ||= Date.now();
    timer ??= setTimeout(() => void look(), LOOK_EVERY_MS).unref();
    return () => watchers.delete(tell);
  }

  return new Hono<ConsoleEnv>().get(`${CONSOLE}/live`, (c: Context<ConsoleEnv>) => {
    if (watchers.size >= MAX_WATCHERS) throw new Problem('rate_limited', SHELL_TEXT.tooManyPages);
    return streamSSE(c, async (stream) => {
      await new Promise<void>((resolve) => {
        const end = () => {
          stop();
          resolve();
        };
        const stop = watch(() => {
          // An ended session receives no more updates.
          void sessions
            .userOf(c)
            .then((user) => (user ? stream.writeSSE({ event: 'changed', data: '' }) : end()))
            .catch(end);
        });
        stream.onAbort(end);
      });
    });
  });
}
