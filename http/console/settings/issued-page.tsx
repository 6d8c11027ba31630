import { type ConnectLink } from '../../../adapters/postgres/access/connect-links';
import { type EmbedTokenRow } from '../../../adapters/postgres/access/embed-tokens';
import { type Session } from '../../../adapters/postgres/access/sessions';
import { ISSUED_TEXT as TEXT } from '../../../core/text/console-settings';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { Action, DataTable, When } from '../parts';
import { SETTINGS, pathOfConnection } from '../paths';

export interface IssuedView {
  sessions: Session[];
  links: ConnectLink[];
  tokens: EmbedTokenRow[];
  /** ID of the session that looks. */
  current: string;
  /** Epoch ms; sessions have a clock of their own in a sandbox. */
  now: number;
  wallNow: number;
}

/** Sessions, links and embed tokens, each with the button that ends it. */
export function Issued({ view }: { view: IssuedView }) {
  return (
    <>
      <Sessions {...view} />
      {view.links.length > 0 && <Links {...view} />}
      {view.tokens.length > 0 && <Tokens {...view} />}
    </>
  );
}

function Sessions({ sessions, current, wallNow }: IssuedView) {
  const { title, none, columns, end, thisOne } = TEXT.sessions;
  return (
    <section class="card">
      <h2>{title}</h2>
      {sessions.length === 0 && <p>{none}</p>}
      {sessions.length > 0 && (
        <DataTable label={title} columns={columns}>
          {sessions.map(({ id, key, address, createdAt, lastUsedAt }) => (
            <tr id={id}>
              <th scope="row">{key?.name ?? TEXT.sessions.bootstrap}</th>
              <td data-label={columns.address}>{address ?? '—'}</td>
              <td data-label={columns.since}>
                <When at={createdAt} now={wallNow} />
              </td>
              <td data-label={columns.used}>
                {lastUsedAt === null ? SHELL_TEXT.never : <When at={lastUsedAt} now={wallNow} />}
              </td>
              <td>
                {id === current ? (
                  <span class="quiet">{thisOne}</span>
                ) : (
                  <Action path={`${SETTINGS}/console-sessions/${id}/end`} label={end} kind="danger" />
                )}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  );
}

function Links({ links, now }: IssuedView) {
  const { title, columns, revoke } = TEXT.links;
  return (
    <section class="card">
      <h2>{title}</h2>
      <DataTable label={title} columns={columns}>
        {links.map(({ id, integrationId, ownerRef, createdBy, createdAt, expiresAt }) => (
          <tr id={id}>
            <th scope="row">
              <a href={pathOfConnection(integrationId)}>{ownerRef}</a>
            </th>
            <td data-label={columns.maker}>{createdBy}</td>
            <td data-label={columns.since}>
              <When at={createdAt} now={now} />
            </td>
            <td data-label={columns.expires}>
              <When at={expiresAt} now={now} />
            </td>
            <td>
              <Action path={`${SETTINGS}/connect-links/${id}/revoke`} label={revoke} kind="danger" />
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function Tokens({ tokens, now }: IssuedView) {
  const { title, columns, revoke } = TEXT.tokens;
  return (
    <section class="card">
      <h2>{title}</h2>
      <DataTable label={title} columns={columns}>
        {tokens.map(({ id, ownerRef, createdBy, createdAt, expiresAt }) => (
          <tr id={id}>
            <th scope="row">{ownerRef}</th>
            <td data-label={columns.maker}>{createdBy}</td>
            <td data-label={columns.since}>
              <When at={createdAt} now={now} />
            </td>
            <td data-label={columns.expires}>
              <When at={expiresAt} now={now} />
            </td>
            <td>
              <Action path={`${SETTINGS}/embed-tokens/${id}/revoke`} label={revoke} kind="danger" />
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
