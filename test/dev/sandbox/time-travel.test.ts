import { lifecycleWorkflowId } from '../../../core/names';
import { DAY_MS } from '../../../core/time';
import { type Stack, startStack } from '../../support/stack';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

test('a lifecycle that still reads its row as a journey begins is moved once', async () => {
  const lengths: number[] = [];
  for (let n = 0; n < 15; n++) {
    const { id } = await stack.connect(`changed_${n}`);
    await stack.pool.query('update integrations set paused = true, revision = revision + 1 where id = $1', [
      id,
    ]);
    await stack.lifecycles.rowChanged(id);
    await stack.travel.advance(56 * DAY_MS);
    const { historyLength } = await stack.client.workflow.getHandle(lifecycleWorkflowId(id)).describe();
    lengths.push(historyLength);
    await stack.pool.query("update integrations set state = 'disconnected' where id = $1", [id]);
  }
  // One that was moved twice takes itself for older than it is, and tries what is not due every minute.
  expect(Math.max(...lengths)).toBeLessThan(50);
}, 60_000);
