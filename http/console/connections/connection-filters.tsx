import { CONDITIONS } from '../../../adapters/postgres/fleet/connection-list';
import { CONNECTIONS_TEXT as TEXT } from '../../../core/text/console-connections';
import { STATE_LABELS } from '../../../core/text/console-labels';
import { STATES } from '../../../core/lifecycle/states';
import { Tabs } from '../parts';
import { CONNECTIONS } from '../paths';
import { type Filters, listPath } from './filters';

const DAYS = [3, 7, 14, 30];

/** Beside the title. */
export function ConnectionTools({ filters, mayOperate }: { filters: Filters; mayOperate: boolean }) {
  return (
    <div class="actions">
      <a class="button" href={listPath(filters, {}, `${CONNECTIONS}.csv`)} download>
        {TEXT.csv}
      </a>
      {mayOperate && (
        <a class="button main" href={`${CONNECTIONS}/new`}>
          {TEXT.connect}
        </a>
      )}
    </div>
  );
}

export function ConnectionFilters({ filters }: { filters: Filters }) {
  return (
    <>
      <Tabs
        label={TEXT.views}
        tabs={TEXT.presets.map(({ label, ...preset }) => {
          const wanted = { ...filters, q: '', owner: '', on: '', state: '', days: '', ...preset } as Filters;
          return {
            label,
            href: listPath(wanted),
            current: listPath(wanted) === listPath(filters),
          };
        })}
      />
      <details class="fold" open>
        <summary>{TEXT.filters}</summary>
        <form
          class="filters"
          method="get"
          action={CONNECTIONS}
          role="search"
          hx-get={CONNECTIONS}
          hx-trigger="input delay:250ms, submit"
          hx-target="#live"
          hx-select="#live"
          hx-swap="outerMorph"
          hx-sync="#live:replace"
          hx-replace-url="true"
        >
          {filters.sort !== 'urgency' && <input type="hidden" name="sort" value={filters.sort} />}
          {filters.dir !== 'asc' && <input type="hidden" name="dir" value={filters.dir} />}
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
              {CONDITIONS.map((condition) => (
                <option value={condition} selected={condition === filters.state}>
                  {TEXT.conditions[condition]}
                </option>
              ))}
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
      </details>
    </>
  );
}
