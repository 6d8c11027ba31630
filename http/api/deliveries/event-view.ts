import { type Event as StoredEvent } from '../../../adapters/postgres/deliveries/events';
import { findIntegrations } from '../../../adapters/postgres/integrations/integrations';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { reconnectUrlFor } from '../../owner/links';

/**
 * Events as this caller may see them. `reconnectUrl` is of now: a link that would lead nowhere any more is not told.
 */
export async function eventViews(deps: HttpDeps, caller: Caller, events: StoredEvent[]) {
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
