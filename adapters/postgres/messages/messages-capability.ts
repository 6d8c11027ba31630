import { type Pool } from 'pg';
import { type CallProblem } from '../../../core/lifecycle/failure';
import { type CallArea, capabilityAfter, capabilityState } from '../../../core/messaging/capability';
import { addEvent } from '../deliveries/events';
import { integrationOf } from '../integrations/integration-row';
import { withTransaction } from '../pool';

/**
 * Stores what a call for messages showed; a changed state becomes one event.
 * @param call `problem`: why Instagram refused it; null: it succeeded
 */
export async function recordMessagesCall(
  pool: Pool,
  integrationId: string,
  call: { grantNo: number; area: CallArea; problem: CallProblem | null },
  now: number,
): Promise<void> {
  await withTransaction(pool, async (db) => {
    const { rows } = await db.query('select * from integrations where id = $1 for no key update', [
      integrationId,
    ]);
    const row = rows[0] && integrationOf(rows[0]);
    // Of an older grant nothing is known any more.
    if (row?.grantNo !== call.grantNo) return;
    const before = row.messagesCapability;
    const after = capabilityAfter(before, call, now);
    if (after === before) return;
    await db.query('update integrations set messages_capability = $2 where id = $1', [integrationId, after]);
    const [previous, messages] = [before, after].map((known) => capabilityState(known, call.grantNo));
    if (previous === messages || (previous === 'unknown' && messages === 'ok')) return;
    const changed = { ...row, messagesCapability: after };
    const data = { capability: 'messages', messages, previous };
    await addEvent(db, changed, { type: 'capability.changed', data }, now);
  });
}
