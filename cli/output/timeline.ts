import { type Event, type Page } from '../http/answers';
import { type Api } from '../http/api';
import { Failure } from '../failures';
import { pathOf } from '../http/find';

/** The most that the API gives at once. */
const PAGE = 500;

export interface EventFilter {
  /** null: everybody's. */
  integrationId: string | null;
  type: string | null;
  /** Only what came later than this event, or this position of the feed. */
  after: string | null;
}

/** `position`: where the next look goes on, also when there was nothing. */
export type FeedPage = Page<Event> & { position: string };

/** Everybody's events, oldest first, up to `limit`. */
export async function feedPage(api: Api, { type, after }: EventFilter, limit: number): Promise<FeedPage> {
  const whole: FeedPage = { data: [], nextCursor: null, position: '' };
  let from = after;
  do {
    const page: FeedPage = await api.get('/v1/events', {
      limit: Math.min(PAGE, limit - whole.data.length),
      ...(type !== null && { type }),
      ...(from !== null && { after: from }),
    });
    whole.data.push(...page.data);
    whole.nextCursor = from = page.nextCursor;
    whole.position = page.position;
  } while (from !== null && whole.data.length < limit);
  return whole;
}

/** Everybody's events, newest first, up to `limit`. */
export async function latestPage(api: Api, type: string | null, limit: number): Promise<Page<Event>> {
  const whole: Page<Event> = { data: [], nextCursor: null };
  do {
    const before: string | null = whole.nextCursor;
    const page: Page<Event> = await api.get('/v1/events', {
      order: 'newest',
      limit: Math.min(PAGE, limit - whole.data.length),
      ...(type !== null && { type }),
      ...(before !== null && { before }),
    });
    whole.data.push(...page.data);
    whole.nextCursor = page.nextCursor;
  } while (whole.nextCursor !== null && whole.data.length < limit);
  return whole;
}

/** One integration's events, newest first, up to `limit`. */
export async function timelinePage(
  api: Api,
  { integrationId, type, after }: EventFilter,
  limit: number,
): Promise<Page<Event>> {
  const data: Event[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Event> = await api.get(pathOf(integrationId ?? '', '/events'), {
      limit: Math.min(PAGE, type === null && after === null ? limit - data.length : PAGE),
      ...(cursor !== null && { cursor }),
    });
    for (const event of page.data) {
      if (event.id === after) return { data, nextCursor: null };
      if (data.length === limit) return { data, nextCursor: data.at(-1)?.id ?? null };
      if (type === null || event.type === type) data.push(event);
    }
    cursor = page.nextCursor;
  } while (cursor !== null && (data.length < limit || after !== null));
  if (after !== null) throw new Failure(`${after} is not an event of this integration.`);
  return { data, nextCursor: cursor };
}
