import { type Integration, factsOf } from '../../../adapters/postgres/integrations/integration-row';
import { MAX_COUNT, type ConnectionPage } from '../../../adapters/postgres/fleet/connection-list';
import { CONNECTIONS_TEXT as TEXT } from '../../../core/text/console-connections';
import { STATE_LABELS } from '../../../core/text/console-labels';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { nextStepText } from '../../../core/text/next-step';
import { STATES } from '../../../core/lifecycle/states';
import { CONSOLE } from '../../middleware/headers';
import { withQuery } from '../paths';
import { LifeBar } from './life-bar';
import { DataTable, StateBadge } from '../parts';

export interface Filters {
  q: string;
  state: string;
  owner: string;
  days: string;
  page: number;
}

const DAYS = [3, 7, 14, 30];

export function ConnectionFilters({ filters }: { filters: Filters }) {
  return (
    <form
      class="filters"
      method="get"
      action={CONSOLE}
      role="search"
      hx-get={CONSOLE}
      hx-trigger="input delay:250ms, submit"
      hx-target="#live"
      hx-select="#live"
      hx-swap="outerMorph"
      hx-sync="#live:replace"
      hx-replace-url="true"
    >
      <div>
        <label for="q">{TEXT.search}</label>
        <input
          id="q"
          name="q"
          type="search"
          maxlength={200}
          value={filters.q}
          placeholder={TEXT.searchHint}
        />
      </div>
      <div>
        <label for="state">{TEXT.state}</label>
        <select id="state" name="state">
          <option value="">{TEXT.allStates}</option>
          {STATES.map((state) => (
            <option value={state} selected={state === filters.state}>
              {STATE_LABELS[state].word}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="owner">{TEXT.owner}</label>
        <input id="owner" name="owner" maxlength={200} value={filters.owner} />
      </div>
      <div>
        <label for="days">{TEXT.daysLeft}</label>
        <select id="days" name="days">
          <option value="">{TEXT.anyDays}</option>
          {DAYS.map((days) => (
            <option value={String(days)} selected={String(days) === filters.days}>
              {TEXT.upTo(days)}
            </option>
          ))}
        </select>
      </div>
      <button type="submit">{TEXT.filter}</button>
    </form>
  );
}

export function Connections(props: {
  found: ConnectionPage;
  filters: Filters;
  pageSize: number;
  now: number;
}) {
  const { found, filters, pageSize, now } = props;
  const isFiltered = [filters.q, filters.state, filters.owner, filters.days].some((value) => value !== '');
  if (found.count === 0) return <p class="card">{isFiltered ? TEXT.noMatch : TEXT.none}</p>;
  return (
    <>
      <DataTable
        label={SHELL_TEXT.sections.connections}
        columns={TEXT.columns}
        caption={TEXT.count(found.count, MAX_COUNT)}
      >
        {found.rows.map((row) => (
          <Row row={row} now={now} />
        ))}
      </DataTable>
      <Pages filters={filters} pages={Math.ceil(found.count / pageSize)} />
    </>
  );
}

function Row({ row, now }: { row: Integration; now: number }) {
  return (
    <tr id={row.id}>
      <th scope="row">
        <a href={`${CONSOLE}/connections/${row.id}`}>{row.username ? `@${row.username}` : row.id}</a>
      </th>
      <td>
        <StateBadge {...row} now={now} />
      </td>
      <td>
        <LifeBar {...row} now={now} />
      </td>
      <td data-label={TEXT.columns.next}>{nextStepText(factsOf(row), now)}</td>
      <td data-label={TEXT.columns.owner}>
        {row.ownerRef}
        {row.externalId && <span class="quiet"> · {row.externalId}</span>}
      </td>
    </tr>
  );
}

function Pages({ filters, pages }: { filters: Filters; pages: number }) {
  if (pages <= 1) return null;
  const link = (page: number, text: string) => (
    <a class="button" href={withQuery(CONSOLE, { ...filters, page: String(page) })}>
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
