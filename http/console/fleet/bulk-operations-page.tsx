import { type BulkItem } from '../../../adapters/postgres/fleet/bulk-items';
import { BULK_ACTIONS, BULK_OUTCOMES, type BulkOutcome, hasEnded } from '../../../core/fleet/bulk-operations';
import { REASONS, STATES } from '../../../core/lifecycle/states';
import {
  BULK_ACTION_LABELS,
  BULK_OUTCOME_LABELS,
  BULK_STATE_LABELS,
  BULK_OPERATIONS_TEXT as TEXT,
  bulkFilterText,
  bulkTitle,
} from '../../../core/text/bulk-operations';
import { REASON_LABELS, STATE_LABELS } from '../../../core/text/console-labels';
import { type BulkOperation } from '../../api/bulk-operations/operations';
import { Action, DataTable, Instant, Older, Tabs, When } from '../parts';
import { BULK_OPERATIONS, pathOfConnection, withQuery } from '../paths';

export function BulkOperationList(props: { operations: BulkOperation[]; older: string | null; now: number }) {
  const { operations, older, now } = props;
  if (operations.length === 0) return <p class="card">{TEXT.none}</p>;
  return (
    <>
      <DataTable label={TEXT.title} columns={TEXT.columns}>
        {operations.map((one) => (
          <tr id={one.id}>
            <th scope="row">
              <a href={`${BULK_OPERATIONS}/${one.id}`}>{bulkTitle(one.action, one.total)}</a>
            </th>
            <td data-label={TEXT.columns.connections}>{bulkFilterText(one.filter)}</td>
            <td>{BULK_STATE_LABELS[one.state]}</td>
            <td data-label={TEXT.columns.done}>{TEXT.progress(one.done, one.total)}</td>
            <td data-label={TEXT.columns.started}>
              <When at={Date.parse(one.createdAt)} now={now} />
            </td>
          </tr>
        ))}
      </DataTable>
      <Older newest={null} older={older} />
    </>
  );
}

interface OperationView {
  operation: BulkOperation;
  items: BulkItem[];
  outcome: BulkOutcome | null;
  /** Link to more connections; null: these are all. */
  more: string | null;
  mayOperate: boolean;
  now: number;
}

export function OneBulkOperation({ operation, items, outcome, more, mayOperate, now }: OperationView) {
  const { id, state, total, done, filter, outcomes, createdAt, endedAt, spreadSeconds } = operation;
  const path = `${BULK_OPERATIONS}/${id}`;
  const counts = BULK_OUTCOMES.filter((one) => outcomes[one] !== undefined);
  return (
    <>
      <section class="card">
        <progress value={done} max={Math.max(1, total)} aria-label={TEXT.columns.done} />
        <dl>
          <dt>{TEXT.state}</dt>
          <dd>{BULK_STATE_LABELS[state]}</dd>
          <dt>{TEXT.columns.done}</dt>
          <dd>{TEXT.progress(done, total)}</dd>
          <dt>{TEXT.columns.connections}</dt>
          <dd>{bulkFilterText(filter)}</dd>
          {spreadSeconds > 0 && (
            <>
              <dt>{TEXT.spread}</dt>
              <dd>{TEXT.over(spreadSeconds)}</dd>
            </>
          )}
          <dt>{TEXT.columns.started}</dt>
          <dd>
            <Instant at={Date.parse(createdAt)} />
          </dd>
          {endedAt !== null && (
            <>
              <dt>{TEXT.ended}</dt>
              <dd>
                <Instant at={Date.parse(endedAt)} />
              </dd>
            </>
          )}
        </dl>
        {mayOperate && !hasEnded(state) && (
          <div class="actions">
            {state === 'running' ? (
              <Action path={`${path}/pause`} label={TEXT.pause} />
            ) : (
              <Action path={`${path}/resume`} label={TEXT.resume} kind="main" />
            )}
            <Action path={`${path}/cancel`} label={TEXT.cancel} kind="danger" />
          </div>
        )}
      </section>
      {counts.length > 0 && (
        <Tabs
          label={TEXT.outcomes}
          tabs={[
            { label: TEXT.all, href: path, current: outcome === null },
            ...counts.map((one) => ({
              label: `${BULK_OUTCOME_LABELS[one]}: ${String(outcomes[one])}`,
              href: withQuery(path, { outcome: one }),
              current: outcome === one,
            })),
          ]}
        />
      )}
      {items.length > 0 && <Items items={items} now={now} />}
      <Older newest={null} older={more} />
    </>
  );
}

function Items({ items, now }: { items: BulkItem[]; now: number }) {
  return (
    <DataTable label={TEXT.columns.connections} columns={TEXT.itemColumns}>
      {items.map((item) => (
        <tr id={item.integrationId}>
          <th scope="row">
            <a href={pathOfConnection(item.integrationId)}>
              {item.username === null ? item.integrationId : `@${item.username}`}
            </a>
          </th>
          <td data-label={TEXT.itemColumns.owner}>{item.ownerRef}</td>
          <td data-label={TEXT.itemColumns.outcome}>
            {item.outcome === null ? TEXT.open : BULK_OUTCOME_LABELS[item.outcome]}
            {item.error && <div class="quiet">{item.error}</div>}
          </td>
          <td data-label={TEXT.itemColumns.when}>
            <When at={item.at} now={now} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

/** What to do, and with which connections. Disconnecting is done with ticked ones, or at the command line. */
export function NewBulkOperationForm() {
  return (
    <form method="post" action={BULK_OPERATIONS} class="card">
      <h2>{TEXT.start}</h2>
      <p class="quiet">{TEXT.startHint}</p>
      <div class="fields">
        <div>
          <label for="action">{TEXT.action}</label>
          <select id="action" name="action">
            {BULK_ACTIONS.filter((action) => action !== 'disconnect').map((action) => (
              <option value={action}>{BULK_ACTION_LABELS[action]}</option>
            ))}
          </select>
        </div>
        <div>
          <label for="state">{TEXT.state}</label>
          <select id="state" name="state">
            <option value="">{TEXT.any}</option>
            {STATES.map((state) => (
              <option value={state}>{STATE_LABELS[state].word}</option>
            ))}
          </select>
        </div>
        <div>
          <label for="reason">{TEXT.reason}</label>
          <select id="reason" name="reason">
            <option value="">{TEXT.any}</option>
            {REASONS.map((reason) => (
              <option value={reason}>{REASON_LABELS[reason]}</option>
            ))}
          </select>
        </div>
        <div>
          <label for="ownerRef">{TEXT.owner}</label>
          <input id="ownerRef" name="ownerRef" maxlength={200} placeholder={TEXT.any} />
        </div>
        <div>
          <label for="expiringWithinDays">{TEXT.days}</label>
          <input id="expiringWithinDays" name="expiringWithinDays" type="number" min="0" max="365" />
        </div>
        <div>
          <label for="spreadMinutes">{TEXT.spreadMinutes}</label>
          <input id="spreadMinutes" name="spreadMinutes" type="number" min="0" max="10080" value="0" />
        </div>
        <div>
          <label for="limit">{TEXT.limit}</label>
          <input id="limit" name="limit" type="number" min="1" max="100000" value="1000" />
        </div>
      </div>
      <div class="actions">
        <button type="submit" class="main">
          {TEXT.start}
        </button>
      </div>
    </form>
  );
}
