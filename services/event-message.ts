import { type CloudEvent, cloudEvent } from '../core/deliveries/cloud-event';
import { type LinkSigner, reconnectUrl } from './connect-links';
import { type Event } from '../adapters/postgres/deliveries/events';
import { type Integration } from '../adapters/postgres/integrations/integration-row';

/** The fields of every event, null where they do not apply. */
const NOTHING = {
  integrationId: null,
  externalId: null,
  ownerRef: null,
  account: null,
  state: null,
  reason: null,
  tokenVersion: null,
  expiresAt: null,
};

/**
 * An event as a webhook receives it. `reconnectUrl` is current: null once a newer token version exists.
 * @param row the event's integration as it is now; null: none
 */
export function eventMessage(
  maker: LinkSigner,
  event: Event,
  row: Integration | null,
  now: number,
): CloudEvent {
  const { data } = event;
  const isCurrent = row !== null && row.version === data.tokenVersion;
  return cloudEvent(maker.publicUrl, {
    id: event.id,
    type: event.type,
    subject: event.integrationId ?? subjectOf(data) ?? event.id,
    at: event.at,
    data: { ...NOTHING, ...data, reconnectUrl: isCurrent ? reconnectUrl(maker, row, now) : null },
  });
}

/** The subject of an event without an integration. */
function subjectOf(data: Record<string, unknown>): string | null {
  const id = data.incidentId ?? data.endpointId;
  return typeof id === 'string' ? id : null;
}
