import { type DeliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { type WebhookEndpoint } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { EVENT_TYPES } from '../../../core/deliveries/events';
import { EVENT_LABELS } from '../../../core/text/console-labels';
import { DELIVERIES_TEXT } from '../../../core/text/console-deliveries';
import { ENDPOINTS_TEXT as TEXT, KEYS_TEXT } from '../../../core/text/console-settings';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { Action, ActionForm, Confirm, CopyField, DataTable, Dialog, Instant } from '../parts';
import { DeliveryCountList } from '../fleet/counts';
import { DELIVERIES, WEBHOOKS, withQuery } from '../paths';

export function Webhooks(props: { endpoints: WebhookEndpoint[]; deliveries: DeliveryCounts; now: number }) {
  const { endpoints, deliveries, now } = props;
  return (
    <>
      {endpoints.length === 0 ? <p class="card">{TEXT.none}</p> : <EndpointTable endpoints={endpoints} />}
      <section class="card">
        <h2>{DELIVERIES_TEXT.title}</h2>
        <DeliveryCountList {...deliveries} now={now} />
        <p>
          <a href={DELIVERIES}>{DELIVERIES_TEXT.viewLog}</a>
        </p>
      </section>
    </>
  );
}

/** Outside the part that updates automatically, so that typed text is kept. */
export function NewEndpointForm() {
  return (
    <details class="card" id="new-endpoint">
      <summary>{TEXT.newEndpoint}</summary>
      <ActionForm path={WEBHOOKS}>
        <div class="fields">
          <div>
            <label for="url">{TEXT.columns.address}</label>
            <input id="url" name="url" type="url" maxlength={2000} required placeholder="https://…" />
          </div>
        </div>
        <fieldset>
          <legend>{TEXT.eventsField}</legend>
          {EVENT_TYPES.map((type) => (
            <label class="tick">
              <input type="checkbox" name="events" value={type} />
              <span>
                <code>{type}</code> <span class="quiet">{EVENT_LABELS[type]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <button type="submit" class="main">
          {TEXT.add}
        </button>
      </ActionForm>
    </details>
  );
}

export function CreatedSecret({ text }: { text: string }) {
  return (
    <Dialog id="created-secret" keeps title={TEXT.secretTitle} close={SHELL_TEXT.copiedIt}>
      <CopyField id="made-secret" label={KEYS_TEXT.once} value={text} />
    </Dialog>
  );
}

function EndpointTable({ endpoints }: { endpoints: WebhookEndpoint[] }) {
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {endpoints.map((endpoint) => {
        const { id, url, events, disabledAt, disabledReason, oldSecretUntil } = endpoint;
        return (
          <tr id={id}>
            <th scope="row">
              <a href={withQuery(DELIVERIES, { endpoint: id })}>
                <code>{url}</code>
              </a>
            </th>
            <td>{events.includes('*') ? TEXT.allEvents : events.join(', ')}</td>
            <td class={disabledAt === null ? undefined : 'bad'}>
              {disabledAt === null ? TEXT.enabled : TEXT.disabled(disabledReason)}
              {oldSecretUntil !== null && (
                <div class="quiet">
                  {TEXT.oldSecret} <Instant at={oldSecretUntil} />
                </div>
              )}
            </td>
            <td>
              <EndpointActions endpoint={endpoint} />
            </td>
          </tr>
        );
      })}
    </DataTable>
  );
}

/** What breaks something asks first. */
function EndpointActions({ endpoint: { id, url, disabledAt } }: { endpoint: WebhookEndpoint }) {
  const path = (verb: string) => `${WEBHOOKS}/${id}/${verb}`;
  const asking = (verb: 'rotate' | 'disable' | 'remove') => (
    <Confirm id={`${verb}-${id}`} label={TEXT.verbs[verb]} of={url} text={TEXT.warnings[verb]}>
      <Action path={path(verb)} label={TEXT.confirms[verb]} kind="danger" />
    </Confirm>
  );
  return (
    <div class="actions">
      <Action path={path('test')} label={TEXT.verbs.test} />
      {asking('rotate')}
      {disabledAt === null ? asking('disable') : <Action path={path('enable')} label={TEXT.verbs.enable} />}
      {asking('remove')}
    </div>
  );
}
