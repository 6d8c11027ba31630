import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { type Stack } from '../stack';
import { HISTORIES } from './recorded';

/** Writes one run's Event History for the replay test. Runs that may still be alive somewhere must keep replaying. */
export async function recordHistory(
  stack: Stack,
  name: string,
  workflowId: string,
  runId?: string,
): Promise<void> {
  const history = await stack.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const content = { workflowId, history: JSON.parse(historyToJSON(history)) as unknown };
  // Stack traces name the files of the machine that recorded them.
  const text = JSON.stringify(content).replaceAll(`${path.resolve('.')}/`, '');
  writeFileSync(path.join(HISTORIES, `${name}.json`), `${text}\n`);
}
