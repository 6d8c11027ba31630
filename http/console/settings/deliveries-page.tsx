import { type Event } from '../../../adapters/postgres/deliveries/events';
import { type Delivery } from '../../../adapters/postgres/deliveries/deliveries';
import { type WebhookEndpoint } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../core/deliveries/deliveries';
import { DELIVERIES_TEXT as TEXT, DELIVERY_LABELS } from '../../../core/text/console-deliveries';
import { EVENT_LABELS } from '../../../core/text/console-labels';
import { Action, Copyable, DataTable, Instant, Older, Tabs, When } from '../parts';
import { DELIVERIES, pathOfConnection, withQuery } from '../paths';

export interface DeliveryFilters {
  status: DeliveryStatus | '';
  /** Endpoint ID; empty: all. */
  endpoint: string;
  /** Integration ID; empty: all. */
  connection: string;
  /** Cursor of the previous page's end; empty: the first page. */
  before: string;
}

export interface DeliveriesView {
  /** Newest first. */
  deliveries: Delivery[];
  endpoints: WebhookEndpoint[];
  names: ConnectionNames;
  filters: DeliveryFilters;
  /** Cursor of the next page; null: this is the last one. */
  next: string | null;
  /** Whether any delivery has failed. */
  hasFailed: boolean;
}

/** The delivery log. */
export function Deliveries({ view, now }: { view: DeliveriesView; now: number }) {
  const { deliveries, endpoints, filters } = view;
  const endpoint = endpoints.find(({ id }) => id === filters.endpoint);
  const address = (changed: Partial<DeliveryFilters>) => withQuery(DELIVERIES, { ...filters, ...changed });
  return (
    <>
      <Tabs
        label={TEXT.filter}
        tabs={(['', ...DELIVERY_STATUSES] as const).map((status) => ({
          label: status === '' ? TEXT.all : DELIVERY_LABELS[status],
          href: address({ status, before: '' }),
          current: status === filters.status,
        }))}
      />
      {endpoint && (
        <p>
          {TEXT.sentTo} <code>{endpoint.url}</code> · <a href={address({ endpoint: '' })}>{TEXT.showAll}</a>
        </p>
      )}
      {filters.connection && (
        <p>
          {TEXT.aboutOne} <ConnectionLink id={filters.connection} names={view.names} /> ·{' '}
          <a href={address({ connection: '' })}>{TEXT.showEvery}</a>
        </p>
      )}
      {view.hasFailed && (filters.status === 'failed' || filters.status === '') && (
        <div class="actions">
          <Action
            path={withQuery(`${DELIVERIES}/redeliver-failed`, { ...filters, before: '' })}
            label={TEXT.redeliverAll}
          />
        </div>
      )}
      {deliveries.length === 0 ? <p class="card">{TEXT.none}</p> : <Table {...view} now={now} />}
      <Older
        newest={filters.before === '' ? null : address({ before: '' })}
        older={view.next && address({ before: view.next })}
      />
    </>
  );
}

/** By ID; one whose data was deleted is missing. */
type ConnectionNames = ReadonlyMap<string, string>;

function ConnectionLink({ id, names }: { id: string | null; names: ConnectionNames }) {
  return id === null ? <>—</> : <a href={pathOfConnection(id)}>{names.get(id) ?? id}</a>;
}

function recipientOf(one: Delivery, endpoints: readonly WebhookEndpoint[]): string {
  if (one.endpointId === null) return TEXT.mailTo(one.audience ?? '');
  return endpoints.find(({ id }) => id === one.endpointId)?.url ?? TEXT.removed;
}

function Table({ deliveries, endpoints, names, filters, now }: DeliveriesView & { now: number }) {
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {deliveries.map((one) => (
        <tr id={one.id}>
          <th scope="row">
            <a href={`${DELIVERIES}/${one.id}`}>{EVENT_LABELS[one.type]}</a>
          </th>
          <td data-label={TEXT.columns.connection}>
            <ConnectionLink id={one.integrationId} names={names} />
          </td>
          <td>{recipientOf(one, endpoints)}</td>
          <td>
            <Outcome one={one} />
            {one.lastError && <div class="quiet">{one.lastError}</div>}
          </td>
          <td data-label={TEXT.columns.attempts}>{String(one.attempts)}</td>
          <td data-label={TEXT.columns.when}>
            <Due one={one} now={now} />
          </td>
          <td>
            {one.status !== 'waiting' && (
              <Action
                path={withQuery(`${DELIVERIES}/${one.id}/redeliver`, { ...filters })}
                label={TEXT.redeliver}
              />
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

/** `Delivered · 200 · 84 ms` */
function Outcome({ one: { status, lastStatus, lastDurationMs } }: { one: Delivery }) {
  return (
    <span class={status === 'failed' ? 'bad' : undefined}>
      {DELIVERY_LABELS[status]}
      {lastStatus !== null && ` · ${lastStatus}`}
      {lastDurationMs !== null && TEXT.took(lastDurationMs)}
    </span>
  );
}

function Due({ one, now }: { one: Delivery; now: number }) {
  if (one.status !== 'waiting') return <When at={one.endedAt ?? one.createdAt} now={now} />;
  return (
    <>
      {TEXT.due} <When at={one.nextAttemptAt} now={now} />
    </>
  );
}

/** One delivery: what was sent, to whom, and what became of it. */
export function DeliveryDetails(props: {
  delivery: Delivery;
  /** null: it was removed after its retention time. */
  event: Event | null;
  endpoints: WebhookEndpoint[];
  names: ConnectionNames;
  now: number;
}) {
  const { delivery, event, endpoints, names, now } = props;
  return (
    <>
      <section class="card">
        <dl>
          <dt>{TEXT.columns.event}</dt>
          <dd>
            {EVENT_LABELS[delivery.type]} <code>{delivery.type}</code>
          </dd>
          {delivery.integrationId && (
            <>
              <dt>{TEXT.columns.connection}</dt>
              <dd>
                <ConnectionLink id={delivery.integrationId} names={names} />
              </dd>
            </>
          )}
          <dt>{TEXT.columns.to}</dt>
          <dd>{recipientOf(delivery, endpoints)}</dd>
          <dt>{TEXT.columns.state}</dt>
          <dd>
            <Outcome one={delivery} />
            {delivery.lastError && ` · ${delivery.lastError}`}
          </dd>
          <dt>{TEXT.columns.attempts}</dt>
          <dd>{String(delivery.attempts)}</dd>
          <dt>{TEXT.created}</dt>
          <dd>
            <Instant at={delivery.createdAt} />
          </dd>
          {delivery.endedAt !== null && (
            <>
              <dt>{TEXT.ended}</dt>
              <dd>
                <Instant at={delivery.endedAt} />
              </dd>
            </>
          )}
          <dt>{TEXT.columns.when}</dt>
          <dd>
            <Due one={delivery} now={now} />
          </dd>
          <dt>{TEXT.eventId}</dt>
          <dd>
            <Copyable id="event-id" value={delivery.eventId} label={TEXT.eventId} />
          </dd>
        </dl>
        {delivery.status !== 'waiting' && (
          <p>
            <Action path={`${DELIVERIES}/${delivery.id}/redeliver`} label={TEXT.redeliver} />
          </p>
        )}
      </section>
      <section class="card">
        <h2>{TEXT.payload}</h2>
        {event === null ? (
          <p class="quiet">{TEXT.payloadGone}</p>
        ) : (
          <pre tabindex={0}>{JSON.stringify(event.data, null, 2)}</pre>
        )}
      </section>
    </>
  );
}
