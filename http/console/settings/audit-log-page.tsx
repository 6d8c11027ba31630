import { type StoredAuditEntry } from '../../../adapters/postgres/access/audit-log';
import { ACTION_LABELS, AUDIT_LOG_TEXT as TEXT, actorText, changesText } from '../../../core/text/audit-log';
import { DataTable, Instant, Older } from '../parts';
import { AUDIT_LOG, pathOfConnection, withQuery } from '../paths';

export interface AuditLogFilters {
  /** An action; empty: all. */
  action: string;
  /** ID of an API key; empty: all. */
  actor: string;
  /** Cursor of the previous page's end; empty: the first page. */
  before: string;
}

export interface AuditLogView {
  /** Newest first. */
  entries: StoredAuditEntry[];
  filters: AuditLogFilters;
  /** Cursor of the next page; null: this is the last one. */
  next: string | null;
}

/** Who changed what. */
export function AuditLog({ entries, filters, next }: AuditLogView) {
  const address = (changed: Partial<AuditLogFilters>) => withQuery(AUDIT_LOG, { ...filters, ...changed });
  return (
    <section class="card">
      {(filters.action || filters.actor) && (
        <p>
          {TEXT.only([filters.action, filters.actor].filter(Boolean).join(', '))} ·{' '}
          <a href={AUDIT_LOG}>{TEXT.showAll}</a>
        </p>
      )}
      {entries.length === 0 ? (
        <p>{TEXT.none}</p>
      ) : (
        <DataTable label={TEXT.title} columns={TEXT.columns}>
          {entries.map((entry) => (
            <Entry entry={entry} address={address} />
          ))}
        </DataTable>
      )}
      <Older
        newest={filters.before === '' ? null : address({ before: '' })}
        older={next && address({ before: next })}
      />
    </section>
  );
}

function Entry(props: { entry: StoredAuditEntry; address: (changed: Partial<AuditLogFilters>) => string }) {
  const { id, at, actor, action, integrationId, target, changes } = props.entry;
  return (
    <tr id={id}>
      <td class="whole" data-label={TEXT.columns.when}>
        <Instant at={at} />
      </td>
      <td data-label={TEXT.columns.actor}>
        {actor.id === null ? (
          actorText(actor)
        ) : (
          <a href={props.address({ actor: actor.id, before: '' })}>{actorText(actor)}</a>
        )}
      </td>
      <th scope="row">
        <a href={props.address({ action, before: '' })}>{ACTION_LABELS[action]}</a>
      </th>
      <td data-label={TEXT.columns.details}>
        {integrationId && (
          <div>
            <a href={pathOfConnection(integrationId)}>{integrationId}</a>
          </div>
        )}
        {target && (
          <div>
            <code>{target}</code>
          </div>
        )}
        {changesText(changes)}
      </td>
      <td data-label={TEXT.columns.address}>{actor.address ?? '–'}</td>
    </tr>
  );
}
