import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { type LifecycleFacts } from '../core/lifecycle/facts';
import { type Action } from '../core/lifecycle/next-action';
import { searchAttributeValues } from '../core/lifecycle/search-attributes';
import { runName } from '../core/text/run-summaries';
import { clearedPairs, searchAttributePairs } from './search-attributes';

/** What operators see of a lifecycle in the Temporal UI. Upserts only when a search attribute has changed. */
export class Visibility {
  private shown: string | null = null;

  /** @param given the run was started with the complete set of search attributes */
  constructor(private readonly given: boolean) {}

  update(facts: LifecycleFacts | null, action: Action): void {
    if (!facts) return;
    const values = searchAttributeValues(facts);
    const key = JSON.stringify(values);
    if (this.shown === null && (this.given || workflowInfo().typedSearchAttributes.getAll().length > 0))
      this.shown = key;
    if (this.shown !== key && !facts.unlisted) {
      upsertSearchAttributes([...searchAttributePairs(values), ...clearedPairs(values)]);
      this.shown = key;
    }
    setCurrentDetails(detailsOf(facts, action));
  }
}

function detailsOf(facts: LifecycleFacts, action: Action): string {
  const next = action.type === 'wait' ? `wait until ${instant(action.until)}` : `${action.type} now`;
  const error = facts.lastError;
  const code = error && [error.code, error.subcode].filter((n) => n !== null).join('/');
  return [
    `**${runName(facts)}** ${facts.state}${facts.reason ? ` (${facts.reason})` : ''}`,
    `- token version: ${facts.version}`,
    `- expires: ${instant(facts.expiresAt)}`,
    `- next action: ${next}${facts.paused ? ' (paused)' : ''}`,
    `- failed attempts: ${facts.failedAttempts}`,
    `- last error: ${error ? `${code} (${error.class}) at ${instant(error.at)}: ${error.text}` : 'none'}`,
  ].join('\n');
}

function instant(at: number | null): string {
  return at === null ? 'never' : new Date(at).toISOString();
}
