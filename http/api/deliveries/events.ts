import { z } from '@hono/zod-openapi';
import { EVENT_TYPES } from '../../../core/deliveries/events';
import {
  type Event as StoredEvent,
  type FeedPosition,
  LAST_POSITION,
  eventExists,
  feed,
  latestEvents,
  positionOf,
  timeline,
} from '../../../adapters/postgres/deliveries/events';
import { requireScope } from '../../middleware/auth';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { findIntegrations } from '../../../adapters/postgres/integrations/integrations';
import { reconnectUrlFor } from '../../owner/links';
import { findAccessible } from '../integrations/find';
import { invalidField } from '../../problems';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { idParam, instant, pageOf } from '../schemas';

type EventsDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'site'>;

export const Event = z
  .object({
    id: z.string().openapi({ description: 'ID of the event.', example: 'evt_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    type: z.enum(EVENT_TYPES).openapi({
      description:
        'What happened. Among them: `message.received` (a customer wrote, or did what its `kind` says), `message.edited`, `message.deleted` (unsent; its content is no longer stored).',
    }),
    at: instant.openapi({ description: 'When it happened.' }),
    integrationId: z.string().nullable().openapi({
      example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq',
      description: 'null: about the whole app or an endpoint.',
    }),
    data: z.record(z.string(), z.unknown()).openapi({
      description:
        'The integration at the time of the event, as in `docs/webhooks.md`. `reconnectUrl` is current. `message.received`, `message.edited` and `message.deleted` have a `message`, as in `docs/callbacks.md`.',
    }),
  })
  .openapi('Event');

const eventId = z
  .string()
  .max(64)
  .regex(/^[\w-]+$/, 'must be the ID of an event')
  .openapi({ example: 'evt_0a1b2c3d4e5f6g7h8j9kmnpq' });
const limit = z.coerce.number().int().min(1).max(500).default(100).openapi({ description: 'Rows per page.' });

const ofOne = strictRoute({
  method: 'get',
  path: '/integrations/{id}/events',
  operationId: 'listIntegrationEvents',
  tags: ['Events'],
  summary: "List an integration's events, newest first",
  security: secured,
  middleware: requireScope('read'),
  request: {
    params: idParam,
    query: z.strictObject({
      cursor: eventId.optional().openapi({ description: '`nextCursor` of the previous page.' }),
      limit,
    }),
  },
  responses: { 200: json(pageOf(Event), 'A page of events'), ...problems },
});

const all = strictRoute({
  method: 'get',
  path: '/events',
  operationId: 'listEvents',
  tags: ['Events'],
  summary: 'List all events, oldest first or newest first',
  description:
    'To read all events without a gap, pass the `position` of the previous page as `after`, also when that page was empty. The ID of the last event you saw works, too, for as long as the event is kept. `nextCursor` is the ID of the last event, or null at the end. With `order=newest` the latest events come first, and `nextCursor` continues as `before`.',
  security: secured,
  middleware: requireScope('read'),
  request: {
    query: z.strictObject({
      after: eventId
        .optional()
        .openapi({ description: 'Only events after this one, or after this `position`.' }),
      order: z.enum(['oldest', 'newest']).default('oldest').openapi({
        description: '`oldest`: to read on from a position. `newest`: to show what happened last.',
      }),
      before: eventId
        .optional()
        .openapi({ description: 'With `order=newest`: only events before this one.' }),
      type: z.enum(EVENT_TYPES).optional().openapi({ description: 'Only events of this type.' }),
      limit,
    }),
  },
  responses: {
    200: json(
      pageOf(Event).extend({
        position: z.string().nullable().openapi({
          description:
            'Where the next poll goes on. It moves on also when no event matches, and stays valid. null with `order=newest`.',
          example: 'pos_51234_0',
        }),
      }),
      'A page of events',
    ),
    ...problems,
  },
});

export function eventRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(ofOne, async (c) => {
      const { id } = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
      const query = c.req.valid('query');
      await requireEvent(deps, 'cursor', query.cursor);
      const rows = await timeline(deps.pool, id, query.limit + 1, query.cursor ?? null);
      return c.json(await page(deps, c.get('caller'), rows, query.limit), 200);
    })
    .openapi(all, async (c) => {
      const query = c.req.valid('query');
      const filter = {
        type: query.type ?? null,
        ownerRefs: c.get('caller').ownerRefs,
        limit: query.limit + 1,
      };
      if (query.order === 'newest') {
        if (query.after !== undefined) throw invalidField('after', 'cannot be combined with order=newest');
        const before =
          query.before === undefined ? LAST_POSITION : await readPosition(deps, query.before, 'before');
        const latest = await latestEvents(deps.pool, { ...filter, before });
        return c.json({ ...(await page(deps, c.get('caller'), latest, query.limit)), position: null }, 200);
      }
      if (query.before !== undefined) throw invalidField('before', 'needs order=newest');
      const { events, position } = await feed(deps.pool, {
        ...filter,
        now: deps.clock.now(),
        after: query.after === undefined ? null : await readPosition(deps, query.after, 'after'),
      });
      const shown = await page(deps, c.get('caller'), events, query.limit);
      const last = shown.nextCursor === null ? null : await positionOf(deps.pool, shown.nextCursor);
      return c.json({ ...shown, position: positionText(last ?? position) }, 200);
    });
}

const POSITION = /^pos_(\d{1,20})_(\d{1,19})$/;

function positionText({ tx, seq }: FeedPosition): string {
  return `pos_${tx}_${seq}`;
}

async function readPosition(
  deps: Pick<HttpDeps, 'pool'>,
  text: string,
  field: 'after' | 'before',
): Promise<FeedPosition> {
  const [, tx, seq] = POSITION.exec(text) ?? [];
  const isInRange =
    tx !== undefined &&
    seq !== undefined &&
    BigInt(tx) <= BigInt(LAST_POSITION.tx) &&
    BigInt(seq) <= BigInt(LAST_POSITION.seq);
  const position = isInRange ? { tx, seq } : await positionOf(deps.pool, text);
  if (position) return position;
  throw invalidField(field, 'must be the ID of an event that is kept, or a position');
}

async function page(deps: EventsDeps, caller: Caller, rows: StoredEvent[], size: number) {
  const data = await eventViews(deps, caller, rows.slice(0, size));
  return { data, nextCursor: rows.length > size ? (data.at(-1)?.id ?? null) : null };
}

async function requireEvent(
  deps: Pick<HttpDeps, 'pool'>,
  field: string,
  id: string | undefined,
): Promise<void> {
  if (id === undefined || (await eventExists(deps.pool, id))) return;
  throw invalidField(field, 'must be the ID of an event');
}

/** Events as this caller may see them. `reconnectUrl` is current: null once a newer token version exists. */
async function eventViews(deps: EventsDeps, caller: Caller, events: StoredEvent[]) {
  const ids = [...new Set(events.flatMap(({ integrationId }) => integrationId ?? []))];
  const rows = new Map((await findIntegrations(deps.pool, ids)).map((row) => [row.id, row]));
  return events.map((event) => {
    const row = event.integrationId === null ? undefined : rows.get(event.integrationId);
    const current = row && row.version === event.data.tokenVersion ? row : null;
    return {
      ...event,
      at: new Date(event.at).toISOString(),
      data: { ...event.data, reconnectUrl: current && reconnectUrlFor(deps, caller, current) },
    };
  });
}
