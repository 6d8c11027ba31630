import { type Delivery } from '../../../adapters/postgres/deliveries';
import { type WebhookEndpoint } from '../../../adapters/postgres/webhook-endpoints';
import { CONSOLE_TEXT, DELIVERY_LABELS, EVENT_LABELS } from '../../../core/sentences';
import { Action, ActionForm, CopyBox, DataTable, Instant, When } from './parts';
import { SETTINGS, pathOfConnection } from './paths';

const { endpoints: TEXT, deliveries: DELIVERIES, mail: MAIL } = CONSOLE_TEXT;

export interface NoticesView {
  endpoints: WebhookEndpoint[];
  /** The newest first. */
  deliveries: Delivery[];
  hasMail: boolean;
}

/** Who is told of events, and what became of it. */
export function Notices({ view, now }: { view: NoticesView; now: number }) {
  return (
    <>
      <section class="card">
        <h2>{TEXT.title}</h2>
        {view.endpoints.length === 0 ? <p>{TEXT.none}</p> : <EndpointTable {...view} />}
      </section>
      <section class="card">
        <h2>{DELIVERIES.title}</h2>
        {view.deliveries.length === 0 ? <p>{DELIVERIES.none}</p> : <DeliveryTable {...view} now={now} />}
      </section>
      {!view.hasMail && <p class="quiet">{MAIL.none}</p>}
    </>
  );
}

/** Stand outside what is kept up to date, so that nobody's words are lost. */
export function NoticeForms({ hasMail }: { hasMail: boolean }) {
  return (
    <>
      <details class="card">
        <summary>{TEXT.make}</summary>
        <ActionForm path={`${SETTINGS}/webhook-endpoints`}>
          <div class="fields">
            <div>
              <label for="url">{TEXT.columns.address}</label>
              <input id="url" name="url" type="url" maxlength={2000} required placeholder="https://…" />
            </div>
          </div>
          <button type="submit" class="main">
            {TEXT.submit}
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
              {MAIL.submit}
            </button>
          </ActionForm>
        </details>
      )}
    </>
  );
}

export function MadeSecret({ text }: { text: string }) {
  return <CopyBox id="made-secret" label={CONSOLE_TEXT.keys.once} value={text} />;
}

function EndpointTable({ endpoints }: NoticesView) {
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {endpoints.map(({ id, url, events, disabledAt, disabledReason, oldSecretUntil }) => (
        <tr id={id}>
          <th scope="row">
            <code>{url}</code>
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

function DeliveryTable({ deliveries, endpoints, now }: NoticesView & { now: number }) {
  const urlOf = new Map(endpoints.map(({ id, url }) => [id, url]));
  return (
    <DataTable label={DELIVERIES.title} columns={DELIVERIES.columns}>
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
              ? DELIVERIES.mailTo(one.audience ?? '')
              : (urlOf.get(one.endpointId) ?? DELIVERIES.removed)}
          </td>
          <td>
            {DELIVERY_LABELS[one.status]}
            {one.lastError && <div class="quiet">{one.lastError}</div>}
          </td>
          <td data-label={DELIVERIES.columns.tries}>{String(one.attempts)}</td>
          <td data-label={DELIVERIES.columns.when}>
            {one.status === 'waiting' ? (
              <>
                {DELIVERIES.next} <When at={one.nextAttemptAt} now={now} />
              </>
            ) : (
              <When at={one.endedAt ?? one.createdAt} now={now} />
            )}
          </td>
          <td>
            {one.status !== 'waiting' && (
              <Action path={`${SETTINGS}/deliveries/${one.id}/redeliver`} label={DELIVERIES.again} />
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
