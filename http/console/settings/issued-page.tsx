import { type Child } from 'hono/jsx';
import { type ConnectLink } from '../../../adapters/postgres/access/connect-links';
import { type EmbedTokenRow } from '../../../adapters/postgres/access/embed-tokens';
import { type Session } from '../../../adapters/postgres/access/sessions';
import { ISSUED_TEXT as TEXT } from '../../../core/text/console-settings';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { Action, Confirm, DataTable, When } from '../parts';
import { ACCESS, pathOfConnection } from '../paths';

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
                  <Confirm
                    id={`end-${id}`}
                    label={end}
                    of={key?.name ?? TEXT.sessions.bootstrap}
                    text={TEXT.sessions.warning}
                  >
                    <Action
                      path={`${ACCESS}/sessions/${id}/end`}
                      label={TEXT.sessions.confirm}
                      kind="danger"
                    />
                  </Confirm>
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
        {links.map((link) => (
          <IssuedRow row={link} now={now} columns={columns} path="connect-links" revoke={revoke}>
            <a href={pathOfConnection(link.integrationId)}>{link.ownerRef}</a>
          </IssuedRow>
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
        {tokens.map((token) => (
          <IssuedRow row={token} now={now} columns={columns} path="embed-tokens" revoke={revoke}>
            {token.ownerRef}
          </IssuedRow>
        ))}
      </DataTable>
    </section>
  );
}

/** What somebody was given, its maker and its end. @param props.children whose it is */
function IssuedRow(props: {
  row: { id: string; createdBy: string; createdAt: number; expiresAt: number };
  now: number;
  columns: Record<'maker' | 'since' | 'expires', string>;
  path: 'connect-links' | 'embed-tokens';
  revoke: string;
  children: Child;
}) {
  const { row, now, columns, path, revoke } = props;
  return (
    <tr id={row.id}>
      <th scope="row">{props.children}</th>
      <td data-label={columns.maker}>{row.createdBy}</td>
      <td data-label={columns.since}>
        <When at={row.createdAt} now={now} />
      </td>
      <td data-label={columns.expires}>
        <When at={row.expiresAt} now={now} />
      </td>
      <td>
        <Confirm id={`revoke-${row.id}`} label={revoke} of={row.id} text={TEXT.revokeWarning[path]}>
          <Action path={`${ACCESS}/${path}/${row.id}/revoke`} label={TEXT.revokeNow} kind="danger" />
        </Confirm>
      </td>
    </tr>
  );
}
