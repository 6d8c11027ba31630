import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Changes, type TimelineEntry, move } from '../../adapters/postgres/integrations/apply-change';
import { withTransaction } from '../../adapters/postgres/pool';
import { type Deps } from '../deps';

/** Changes a row and tells of it in one transaction, if the row is still what it was. @throws RowMovedOn */
export function save(
  deps: Deps,
  row: Integration,
  changes: Changes,
  events: TimelineEntry[] = [],
): Promise<Integration> {
  return withTransaction(deps.pool, (db) => move(db, row, changes, events, deps.clock.now()));
}
