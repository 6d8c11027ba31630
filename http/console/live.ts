import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { newestEvent } from '../../adapters/postgres/deliveries/events';
import { SECOND_MS } from '../../core/time';
import { type HttpDeps } from '../deps';
import { CONSOLE } from '../middleware/headers';
import { type News, createLivePages } from './live-pages';
import { type ConsoleEnv, type createSessions } from './session';

const LOOK_EVERY_MS = SECOND_MS;
/** Changes without an event, such as a retry or the time left, are shown after this. */
const TICK_MS = 5 * SECOND_MS;
/** An ended session gets no updates after this. */
const CHECK_SESSIONS_EVERY_MS = 5 * SECOND_MS;

/**
 * Tells open pages to update after a change. One query a second serves all of them, and each session is looked up once
 * in five seconds, however many pages it has open.
 */
export function liveRoutes(deps: HttpDeps, sessions: ReturnType<typeof createSessions>) {
  const { pages, open } = createLivePages();
  /** By session: looks it up by a request of it. */
  const checks = new Map<string, () => Promise<boolean>>();
  let timer: NodeJS.Timeout | undefined;
  let seen: string | null = null;
  let toldAt = 0;
  let checkedAt = 0;

  async function look(): Promise<void> {
    const newest = await newestEvent(deps.pool).catch(() => seen);
    if (Date.now() - checkedAt >= CHECK_SESSIONS_EVERY_MS) {
      checkedAt = Date.now();
      await endOver();
    }
    if (newest !== seen || Date.now() - toldAt >= TICK_MS) {
      seen = newest;
      toldAt = Date.now();
      for (const page of pages) page.tell('changed');
    }
    timer = pages.size > 0 ? setTimeout(() => void look(), LOOK_EVERY_MS).unref() : undefined;
  }

  async function endOver(): Promise<void> {
    for (const [session, isValid] of checks) {
      // Without an answer of the database nobody is known to be signed in.
      if (await isValid().catch(() => false)) continue;
      for (const page of pages) if (page.session === session) page.tell('ended');
    }
  }

  return new Hono<ConsoleEnv>().get(`${CONSOLE}/live`, (c: Context<ConsoleEnv>) => {
    if (c.req.method === 'HEAD') return c.body(null);
    const user = c.get('user');
    let tell: (news: News) => void = () => undefined;
    const close = open(user, (news) => tell(news));
    checks.set(user.session, async () => (await sessions.userOf(c))?.session === user.session);
    toldAt ||= Date.now();
    timer ??= setTimeout(() => void look(), LOOK_EVERY_MS).unref();
    return streamSSE(c, async (stream) => {
      await new Promise<void>((resolve) => {
        let isWriting = false;
        const end = () => {
          close();
          if (![...pages].some(({ session }) => session === user.session)) checks.delete(user.session);
          resolve();
        };
        const send = async (event: string) => {
          isWriting = true;
          await stream.writeSSE({ event, data: '' });
          isWriting = false;
        };
        tell = (news) => {
          if (news === 'ended') return end();
          if (news === 'replaced') {
            // Whoever does not read it is not waited for.
            setTimeout(end, SECOND_MS).unref();
            return void send(news).then(end, end);
          }
          // A reader that is slower than the changes has one of them to read.
          if (!isWriting) send(news).catch(end);
        };
        stream.onAbort(end);
      });
    });
  });
}
