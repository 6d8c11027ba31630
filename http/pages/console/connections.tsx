import { type Integration, factsOf } from '../../../adapters/postgres/integration-row';
import { COUNTED, type ConnectionPage } from '../../../adapters/postgres/connection-list';
import { CONSOLE_TEXT, STATE_LABELS, nextStepText } from '../../../core/console-pages';
import { STATES } from '../../../core/states';
import { CONSOLE } from '../../headers';
import { LifeBar } from './life-bar';
import { DataTable, StateBadge } from './parts';

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
      hx-replace-url="true"
    >
      <div>
        <label for="q">Search</label>
        <input
          id="q"
          name="q"
          type="search"
          maxlength={200}
          value={filters.q}
          placeholder="@username, owner or id"
        />
      </div>
      <div>
        <label for="state">State</label>
        <select id="state" name="state">
          <option value="">All</option>
          {STATES.map((state) => (
            <option value={state} selected={state === filters.state}>
              {STATE_LABELS[state].word}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="owner">Owner</label>
        <input id="owner" name="owner" maxlength={200} value={filters.owner} />
      </div>
      <div>
        <label for="days">Days left</label>
        <select id="days" name="days">
          <option value="">Any</option>
          {DAYS.map((days) => (
            <option value={String(days)} selected={String(days) === filters.days}>
              {`up to ${days}`}
            </option>
          ))}
        </select>
      </div>
      <button type="submit">Filter</button>
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
  if (found.count === 0) return <p class="card">{isFiltered ? CONSOLE_TEXT.noMatch : CONSOLE_TEXT.none}</p>;
  const count = found.count >= COUNTED ? `over ${COUNTED - 1}` : String(found.count);
  return (
    <>
      <DataTable
        label="Connections"
        columns={['Account', 'State', 'Life of the token', 'Next', 'Owner']}
        caption={`${count} ${found.count === 1 ? 'connection' : 'connections'}, the most urgent first`}
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
        <StateBadge state={row.state} reason={row.reason} paused={row.paused} />
      </td>
      <td>
        <LifeBar {...row} now={now} />
      </td>
      <td data-label="Next">{nextStepText(factsOf(row), now)}</td>
      <td data-label="Owner">
        {row.ownerRef}
        {row.externalId && <span class="quiet"> · {row.externalId}</span>}
      </td>
    </tr>
  );
}

function Pages({ filters, pages }: { filters: Filters; pages: number }) {
  if (pages <= 1) return null;
  const link = (page: number, text: string) => (
    <a
      class="button"
      href={`${CONSOLE}?${new URLSearchParams({ ...filters, page: String(page) }).toString()}`}
    >
      {text}
    </a>
  );
  return (
    <nav class="pages" aria-label="Pages">
      {filters.page > 1 && link(filters.page - 1, 'Previous')}
      <span>{`Page ${filters.page} of ${pages}`}</span>
      {filters.page < pages && link(filters.page + 1, 'Next')}
    </nav>
  );
}
