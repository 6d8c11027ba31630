import { type DeliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { type WebhookEndpoint } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { DELIVERIES_TEXT } from '../../../core/text/console-deliveries';
import { ENDPOINTS_TEXT as TEXT, KEYS_TEXT, MAIL_TEXT as MAIL } from '../../../core/text/console-settings';
import { Action, ActionForm, CopyBox, DataTable, Instant } from '../parts';
import { DeliveryCountList } from '../fleet/delivery-counts';
import { DELIVERIES, SETTINGS, withQuery } from '../paths';

export interface NoticesView {
  endpoints: WebhookEndpoint[];
  deliveries: DeliveryCounts;
  hasMail: boolean;
}

/** Webhook endpoints, the delivery counts and the email status. */
export function Notices({ view, now }: { view: NoticesView; now: number }) {
  return (
    <>
      <section class="card">
        <h2>{TEXT.title}</h2>
        {view.endpoints.length === 0 ? <p>{TEXT.none}</p> : <EndpointTable {...view} />}
      </section>
      <section class="card">
        <h2>{DELIVERIES_TEXT.title}</h2>
        <DeliveryCountList {...view.deliveries} now={now} />
        <p>
          <a href={DELIVERIES}>{DELIVERIES_TEXT.viewLog}</a>
        </p>
      </section>
      {!view.hasMail && <p class="quiet">{MAIL.off}</p>}
    </>
  );
}

/** Outside the part that updates automatically, so that typed text is kept. */
export function NoticeForms({ hasMail }: { hasMail: boolean }) {
  return (
    <>
      <details class="card">
        <summary>{TEXT.newEndpoint}</summary>
        <ActionForm path={`${SETTINGS}/webhook-endpoints`}>
          <div class="fields">
            <div>
              <label for="url">{TEXT.columns.address}</label>
              <input id="url" name="url" type="url" maxlength={2000} required placeholder="https://…" />
            </div>
          </div>
          <button type="submit" class="main">
            {TEXT.add}
          </button>
        </ActionForm>
      </details>
      {hasMail && (
        <details class="card">
          <summary>{MAIL.test}</summary>
          <ActionForm path={`${SETTINGS}/mail-test`}>
            <div class="fields">
              <div>
                <label for="to">{MAIL.to}</label>
                <input id="to" name="to" type="email" maxlength={254} required />
              </div>
            </div>
            <button type="submit" class="main">
              {MAIL.send}
            </button>
          </ActionForm>
        </details>
      )}
    </>
  );
}

export function CreatedSecret({ text }: { text: string }) {
  return <CopyBox id="made-secret" label={KEYS_TEXT.once} value={text} />;
}

function EndpointTable({ endpoints }: NoticesView) {
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {endpoints.map(({ id, url, events, disabledAt, disabledReason, oldSecretUntil }) => (
        <tr id={id}>
          <th scope="row">
            <a href={withQuery(DELIVERIES, { endpoint: id })}>
              <code>{url}</code>
            </a>
          </th>
          <td>{events.includes('*') ? TEXT.allEvents : events.join(', ')}</td>
          <td class={disabledAt === null ? 'good' : 'bad'}>
            {disabledAt === null ? TEXT.enabled : TEXT.disabled(disabledReason)}
            {oldSecretUntil !== null && (
              <div class="quiet">
                {TEXT.oldSecret} <Instant at={oldSecretUntil} />
              </div>
            )}
          </td>
          <td>
            <div class="actions">
              {(['test', 'rotate', disabledAt === null ? 'disable' : 'enable', 'remove'] as const).map(
                (verb) => (
                  <Action
                    path={`${SETTINGS}/webhook-endpoints/${id}/${verb}`}
                    label={TEXT.verbs[verb]}
                    kind={verb === 'remove' ? 'danger' : undefined}
                  />
                ),
              )}
            </div>
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
