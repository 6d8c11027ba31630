import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';

export type History = ReturnType<typeof historyFromJSON>;

export interface Recorded {
  workflowId: string;
  history: History;
}

/** Recorded by `record-histories.test.ts`; kept for as long as such runs may be alive. */
export const HISTORIES = path.join(__dirname, '..', '..', 'workflows', 'histories');

export function recordedFiles(): string[] {
  return readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));
}

export function readRecorded(file: string): Recorded {
  const { workflowId, history } = JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8')) as {
    workflowId: string;
    history: unknown;
  };
  return { workflowId, history: historyFromJSON(history as Parameters<typeof historyFromJSON>[0]) };
}
