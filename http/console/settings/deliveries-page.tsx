import { type Delivery } from '../../../adapters/postgres/deliveries/deliveries';
import { type WebhookEndpoint } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../core/deliveries/deliveries';
import { DELIVERIES_TEXT as TEXT, DELIVERY_LABELS } from '../../../core/text/console-deliveries';
import { EVENT_LABELS } from '../../../core/text/console-labels';
import { Action, DataTable, Older, Tabs, When } from '../parts';
import { DELIVERIES, pathOfConnection, withQuery } from '../paths';

export interface DeliveryFilters {
  status: DeliveryStatus | '';
  /** Endpoint ID; empty: all. */
  endpoint: string;
  /** Cursor of the previous page's end; empty: the first page. */
  before: string;
}

export interface DeliveriesView {
  /** Newest first. */
  deliveries: Delivery[];
  endpoints: WebhookEndpoint[];
  filters: DeliveryFilters;
  /** Cursor of the next page; null: this is the last one. */
  next: string | null;
}

/** The delivery log. */
export function Deliveries({ view, now }: { view: DeliveriesView; now: number }) {
  const { deliveries, endpoints, filters } = view;
  const endpoint = endpoints.find(({ id }) => id === filters.endpoint);
  const address = (changed: Partial<DeliveryFilters>) => withQuery(DELIVERIES, { ...filters, ...changed });
  return (
    <section class="card">
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
      {deliveries.length === 0 ? <p>{TEXT.none}</p> : <Table {...view} now={now} />}
      <Older
        newest={filters.before === '' ? null : address({ before: '' })}
        older={view.next && address({ before: view.next })}
      />
    </section>
  );
}

function Table({ deliveries, endpoints, filters, now }: DeliveriesView & { now: number }) {
  const urlOf = new Map(endpoints.map(({ id, url }) => [id, url]));
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {deliveries.map((one) => (
        <tr id={one.id}>
          <th scope="row">
            {one.integrationId === null ? (
              EVENT_LABELS[one.type]
            ) : (
              <a href={pathOfConnection(one.integrationId)}>{EVENT_LABELS[one.type]}</a>
            )}
          </th>
          <td>
            {one.endpointId === null
              ? TEXT.mailTo(one.audience ?? '')
              : (urlOf.get(one.endpointId) ?? TEXT.removed)}
          </td>
          <td>
            {DELIVERY_LABELS[one.status]}
            {one.lastError && <div class="quiet">{one.lastError}</div>}
          </td>
          <td data-label={TEXT.columns.attempts}>{String(one.attempts)}</td>
          <td data-label={TEXT.columns.when}>
            {one.status === 'waiting' ? (
              <>
                {TEXT.due} <When at={one.nextAttemptAt} now={now} />
              </>
            ) : (
              <When at={one.endedAt ?? one.createdAt} now={now} />
            )}
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
