import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { CONNECTION_TEXT as TEXT } from '../../../core/text/console-connections';
import { pathOfConnection } from '../paths';
import { ActionForm, Copyable, Instant, When } from '../parts';

export interface DetailsView {
  row: Integration;
  now: number;
  /** Whether the user may see its conversations. */
  hasMessages: boolean;
  temporalUrl: string | null;
}

/** Outside the part that updates automatically, so that typed text is kept. */
export function ContactForm({ row }: { row: Integration }) {
  return (
    <details class="card" id="contact">
      <summary>{TEXT.changeContact}</summary>
      <ActionForm path={`${pathOfConnection(row.id)}/contact`}>
        <div class="fields">
          <div>
            <label for="contact-email">{TEXT.contactField}</label>
            <input
              id="contact-email"
              name="email"
              type="email"
              maxlength={254}
              value={row.contactEmail ?? ''}
            />
          </div>
        </div>
        <button type="submit">{TEXT.save}</button>
      </ActionForm>
    </details>
  );
}

/** Names, ids and times of a connection, and where to go from here. */
export function Details({ row, temporalUrl, hasMessages, now }: DetailsView) {
  const isDisconnected = row.state === 'disconnected';
  return (
    <aside class="card" aria-label={TEXT.details}>
      <dl>
        <dt>{TEXT.account}</dt>
        <dd>{row.username ? `@${row.username}` : isDisconnected ? TEXT.dataDeleted : TEXT.noAccount}</dd>
        <CopyDetail id="account-id" name={TEXT.accountId} value={row.accountId} />
        <CopyDetail id="owner-ref" name={TEXT.owner} value={row.ownerRef} />
        <CopyDetail id="external-id" name={TEXT.externalId} value={row.externalId} />
        <dt>{TEXT.contact}</dt>
        <dd>{row.contactEmail ?? TEXT.noContact}</dd>
        {row.version > 0 && (
          <>
            <dt>{TEXT.version}</dt>
            <dd>{String(row.version)}</dd>
          </>
        )}
        {row.state === 'expired' && <Detail name={TEXT.expiredOn} at={row.expiredAt} now={now} />}
        <Detail name={TEXT.created} at={row.createdAt} now={now} />
        <CopyDetail id="integration-id" name={TEXT.id} value={row.id} />
      </dl>
      {hasMessages && (
        <p>
          <a class="button" href={`${pathOfConnection(row.id)}/messages`}>
            {TEXT.messages}
          </a>
        </p>
      )}
      {temporalUrl && (
        <p>
          <a href={temporalUrl} rel="noreferrer">
            {TEXT.workflow}
          </a>
        </p>
      )}
    </aside>
  );
}

function Detail({ name, at, now }: { name: string; at: number | null; now: number }) {
  if (at === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Instant at={at} /> <span class="quiet">({<When at={at} now={now} />})</span>
      </dd>
    </>
  );
}

/** null: there is none. */
function CopyDetail({ id, name, value }: { id: string; name: string; value: string | null }) {
  if (value === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Copyable id={id} value={value} label={name} />
      </dd>
    </>
  );
}
