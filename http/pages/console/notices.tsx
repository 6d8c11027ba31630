import { type Delivery } from '../../../adapters/postgres/deliveries';
import { type WebhookEndpoint } from '../../../adapters/postgres/webhook-endpoints';
import { CONSOLE_TEXT, DELIVERY_LABELS, DISABLED_LABELS, EVENT_LABELS } from '../../../core/console-pages';
import { Action, ActionForm, CopyBox, DataTable, Instant, When } from './parts';
import { SETTINGS, pathOfConnection } from './paths';

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
        <h2>Webhook endpoints</h2>
        {view.endpoints.length === 0 ? (
          <p>None: no program is told of events.</p>
        ) : (
          <EndpointTable {...view} />
        )}
      </section>
      <section class="card">
        <h2>Deliveries</h2>
        {view.deliveries.length === 0 ? (
          <p>Nothing was told to anybody yet.</p>
        ) : (
          <DeliveryTable {...view} now={now} />
        )}
      </section>
      {!view.hasMail && <p class="quiet">{CONSOLE_TEXT.noMail}</p>}
    </>
  );
}

/** Stand outside what is kept up to date, so that nobody's words are lost. */
export function NoticeForms({ hasMail }: { hasMail: boolean }) {
  return (
    <>
      <details class="card">
        <summary>New webhook endpoint</summary>
        <ActionForm path={`${SETTINGS}/webhook-endpoints`}>
          <div class="fields">
            <div>
              <label for="url">Address</label>
              <input id="url" name="url" type="url" maxlength={2000} required placeholder="https://…" />
            </div>
          </div>
          <button type="submit" class="main">
            Add it, for all events
          </button>
        </ActionForm>
      </details>
      {hasMail && (
        <details class="card">
          <summary>Test mail</summary>
          <ActionForm path={`${SETTINGS}/mail-test`}>
            <div class="fields">
              <div>
                <label for="to">To</label>
                <input id="to" name="to" type="email" maxlength={254} required />
              </div>
            </div>
            <button type="submit" class="main">
              Send it
            </button>
          </ActionForm>
        </details>
      )}
    </>
  );
}

export function MadeSecret({ text }: { text: string }) {
  return <CopyBox id="made-secret" label={CONSOLE_TEXT.keyOnce} value={text} />;
}

function EndpointTable({ endpoints }: NoticesView) {
  return (
    <DataTable label="Webhook endpoints" columns={['Address', 'Events', 'State', '[Actions]']}>
      {endpoints.map(({ id, url, events, disabledAt, disabledReason, oldSecretUntil }) => (
        <tr id={id}>
          <th scope="row">
            <code>{url}</code>
          </th>
          <td>{events.includes('*') ? 'all' : events.join(', ')}</td>
          <td class={disabledAt === null ? 'good' : 'bad'}>
            {disabledAt === null
              ? 'enabled'
              : `disabled: ${disabledReason === null ? '' : DISABLED_LABELS[disabledReason]}`}
            {oldSecretUntil !== null && (
              <div class="quiet">
                the old secret signs too, until <Instant at={oldSecretUntil} />
              </div>
            )}
          </td>
          <td>
            <div class="actions">
              {(['test', 'rotate', disabledAt === null ? 'disable' : 'enable', 'remove'] as const).map(
                (verb) => (
                  <Action
                    path={`${SETTINGS}/webhook-endpoints/${id}/${verb}`}
                    label={ENDPOINT_VERBS[verb]}
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

const ENDPOINT_VERBS = {
  test: 'Send a test',
  rotate: 'New secret',
  disable: 'Disable',
  enable: 'Enable',
  remove: 'Remove',
} as const;

function DeliveryTable({ deliveries, endpoints, now }: NoticesView & { now: number }) {
  const urlOf = new Map(endpoints.map(({ id, url }) => [id, url]));
  return (
    <DataTable label="Deliveries" columns={['Event', 'To', 'State', 'Tries', 'When', '[Actions]']}>
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
              ? `mail to ${one.audience ?? ''}`
              : (urlOf.get(one.endpointId) ?? 'removed')}
          </td>
          <td>
            {DELIVERY_LABELS[one.status]}
            {one.lastError && <div class="quiet">{one.lastError}</div>}
          </td>
          <td data-label="Tries">{String(one.attempts)}</td>
          <td data-label="When">
            {one.status === 'waiting' ? (
              <>
                next <When at={one.nextAttemptAt} now={now} />
              </>
            ) : (
              <When at={one.endedAt ?? one.createdAt} now={now} />
            )}
          </td>
          <td>
            {one.status !== 'waiting' && (
              <Action path={`${SETTINGS}/deliveries/${one.id}/redeliver`} label="Deliver again" />
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
