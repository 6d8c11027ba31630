import { z } from 'zod';
import {
  CONDITIONS,
  type ConnectionFilter,
  SORTS,
  type Sorting,
} from '../../../adapters/postgres/fleet/connection-list';
import { STATES } from '../../../core/lifecycle/states';
import { dayStarts } from '../../../adapters/calendar';
import { DAY_MS } from '../../../core/time';
import { CONNECTIONS, withQuery } from '../paths';

/** The last page. Filters find connections beyond it. */
const MAX_PAGE = 200;

/** The list's query string. Invalid filters are ignored, so that an edited link still opens. */
const query = z.object({
  q: z.string().trim().max(200).catch(''),
  state: z.enum(['', ...STATES, ...CONDITIONS]).catch(''),
  owner: z.string().trim().max(200).catch(''),
  days: z
    .string()
    .regex(/^\d{0,3}$/)
    .catch(''),
  /** A calendar day of the viewer's, `2026-05-26`. */
  on: z
    .string()
    .regex(/^(\d{4}-\d\d-\d\d)?$/)
    .catch(''),
  sort: z.enum(SORTS).catch('urgency'),
  dir: z.enum(['asc', 'desc']).catch('asc'),
  page: z.coerce.number().int().min(1).max(MAX_PAGE).catch(1),
});

export type Filters = z.infer<typeof query>;

export function readFilters(given: Record<string, string>): Filters {
  return query.parse(given);
}

/** Whether something is left out that would be listed otherwise. */
export function isFiltered({ q, state, owner, days, on }: Filters): boolean {
  return [q, state, owner, days, on].some((value) => value !== '');
}

/** The list with these filters changed, on its first page. @param path of the list, or of what it is exported to */
export function listPath(filters: Filters, changed: Partial<Filters> = {}, path = CONNECTIONS): string {
  const { sort, dir, page, ...rest } = { ...filters, page: 1, ...changed };
  return withQuery(path, {
    ...rest,
    sort: sort === 'urgency' ? '' : sort,
    dir: dir === 'asc' ? '' : dir,
    page: page === 1 ? '' : String(page),
  });
}

export function sortingOf({ sort, dir }: Filters): Sorting {
  return { by: sort, descending: dir === 'desc' };
}

/** @param ownerRefs whose connections the viewer may see; null: all @param zone the viewer's @param now epoch ms */
export function filterOf(
  { q, state, owner, days, on }: Filters,
  { ownerRefs, zone, now }: { ownerRefs: readonly string[] | null; zone: string; now: number },
): ConnectionFilter {
  return {
    text: withoutNull(q.replace(/^@/, '')),
    state: state === '' ? null : state,
    ownerRef: withoutNull(owner),
    ownerRefs,
    expiring: dayOf(on, zone) ?? (days === '' ? null : { from: null, before: now + Number(days) * DAY_MS }),
  };
}

function dayOf(day: string, zone: string): ConnectionFilter['expiring'] {
  // Noon is on that day in nearly every zone, and the start of a day is found from any time of it.
  const noon = Date.parse(`${day}T12:00:00Z`);
  if (Number.isNaN(noon)) return null;
  const [from, before] = dayStarts(noon, zone, 1);
  return from === undefined || before === undefined ? null : { from, before };
}

/** PostgreSQL cannot read null characters. */
function withoutNull(text: string): string | null {
  const clean = text.replaceAll('\0', '');
  return clean === '' ? null : clean;
}
