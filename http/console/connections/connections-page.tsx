import { type Integration, factsOf } from '../../../adapters/postgres/integrations/integration-row';
import { MAX_COUNT, type SORTS, type ConnectionPage } from '../../../adapters/postgres/fleet/connection-list';
import { BULK_TEXT, CONNECTIONS_TEXT as TEXT, CONNECTION_TEXT } from '../../../core/text/console-connections';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { inWords } from '../../../core/text/human-time';
import { nextStepText } from '../../../core/text/next-step';
import { CONNECTIONS, pathOfConnection } from '../paths';
import { type Filters, isFiltered, listPath } from './filters';
import { LifeBar } from './life-bar';
import { Confirm, StateBadge, UPDATES_PAGE } from '../parts';
import { nameOf } from './verbs';

interface ListView {
  found: ConnectionPage;
  filters: Filters;
  pageSize: number;
  mayOperate: boolean;
  now: number;
}

export function Connections(view: ListView) {
  const { found, filters, pageSize } = view;
  return (
    <>
      {filters.on !== '' && (
        <p>
          {TEXT.expiringOn(filters.on)} · <a href={listPath(filters, { on: '' })}>{TEXT.showAll}</a>
        </p>
      )}
      {found.count === 0 ? (
        <p class="card">{isFiltered(filters) ? TEXT.noMatch : TEXT.none}</p>
      ) : (
        <Table {...view} />
      )}
      {found.hidden > 0 && (
        <p class="quiet">
          {TEXT.hidden(found.hidden)} ·{' '}
          <a href={listPath(filters, { state: 'disconnected' })}>{TEXT.showThem}</a>
        </p>
      )}
      <Pages filters={filters} pages={Math.ceil(found.count / pageSize)} />
    </>
  );
}

/** The rows, each of which may be ticked for what is done with several at once. */
function Table({ found, filters, mayOperate, now }: ListView) {
  const table = (
    <div class="scroll dense" role="region" aria-label={SHELL_TEXT.sections.connections} tabindex={0}>
      <table class="stacked">
        <caption>{TEXT.count(found.count, MAX_COUNT, filters.sort)}</caption>
        <thead>
          <tr>
            {mayOperate && (
              <th scope="col" class="tick">
                <input type="checkbox" data-tick-all aria-label={BULK_TEXT.all} />
              </th>
            )}
            <Heading filters={filters} by="account" label={TEXT.columns.account} />
            <Heading filters={filters} by="state" label={TEXT.columns.state} />
            <Heading filters={filters} by="expiry" label={TEXT.columns.expiry} />
            <th scope="col" class="next">
              {TEXT.columns.next}
            </th>
            <Heading filters={filters} by="owner" label={TEXT.columns.owner} />
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row) => (
            <Row row={row} mayOperate={mayOperate} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
  if (!mayOperate) return table;
  return (
    <form method="post">
      {table}
      <div class="actions" role="group" aria-label={BULK_TEXT.label}>
        <span class="quiet">{BULK_TEXT.label}</span>
        {BULK_TEXT.verbs.map(({ verb, label }) => (
          <SelectedAction filters={filters} verb={verb} label={label} />
        ))}
        <Confirm
          id="disconnect-selected"
          label={CONNECTION_TEXT.disconnect}
          text={BULK_TEXT.disconnectWarning}
        >
          <SelectedAction
            filters={filters}
            verb="disconnect"
            label={CONNECTION_TEXT.disconnectPermanently}
            kind="danger"
          />
        </Confirm>
      </div>
    </form>
  );
}

function SelectedAction(props: { filters: Filters; verb: string; label: string; kind?: 'danger' }) {
  const { filters, verb, label, kind } = props;
  const path = listPath(filters, { page: filters.page }, `${CONNECTIONS}/selected/${verb}`);
  return (
    <button class={kind} formaction={path} hx-post={path} {...UPDATES_PAGE}>
      {label}
    </button>
  );
}

const COLUMN_CLASSES: Partial<Record<Filters['sort'], string>> = { state: 'state-column', expiry: 'expiry' };

/** A column's heading, which sorts by it, and the other way round when it does already. */
function Heading(props: { filters: Filters; by: (typeof SORTS)[number]; label: string }) {
  const { filters, by, label } = props;
  const isCurrent = filters.sort === by;
  const dir = isCurrent && filters.dir === 'asc' ? 'desc' : 'asc';
  const sorted = filters.dir === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" class={COLUMN_CLASSES[by]} aria-sort={isCurrent ? sorted : undefined}>
      <a href={listPath(filters, { sort: by, dir })}>{label}</a>
    </th>
  );
}

function Row({ row, mayOperate, now }: { row: Integration; mayOperate: boolean; now: number }) {
  const next = nextStepText(factsOf(row), now);
  const owner = row.externalId ? `${row.ownerRef} · ${row.externalId}` : row.ownerRef;
  const name = nameOf(row);
  return (
    <tr id={row.id}>
      {mayOperate && (
        <td class="tick">
          <input type="checkbox" name="ids" value={row.id} aria-label={BULK_TEXT.select(name)} />
        </td>
      )}
      <th scope="row" title={name}>
        <a href={pathOfConnection(row.id)}>{name}</a>
      </th>
      <td>
        <StateBadge {...row} now={now} />
      </td>
      <td>
        {row.state === 'pending' ? (
          <span class="quiet">{TEXT.created(inWords(now - row.createdAt))}</span>
        ) : (
          <LifeBar {...row} now={now} />
        )}
      </td>
      <td data-label={TEXT.columns.next} title={next}>
        {next}
      </td>
      <td data-label={TEXT.columns.owner} title={owner}>
        {row.ownerRef}
        {row.externalId && <span class="quiet"> · {row.externalId}</span>}
      </td>
    </tr>
  );
}

function Pages({ filters, pages }: { filters: Filters; pages: number }) {
  if (pages <= 1) return null;
  const link = (page: number, text: string) => (
    <a class="button" href={listPath(filters, { page })}>
      {text}
    </a>
  );
  return (
    <nav class="pages" aria-label={SHELL_TEXT.pagesLabel}>
      {filters.page > 1 && link(filters.page - 1, TEXT.previous)}
      <span>{TEXT.page(filters.page, pages)}</span>
      {filters.page < pages && link(filters.page + 1, TEXT.next)}
    </nav>
  );
}
