import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE_TYPES } from '../../core/failure-types';
import { type EvergrantActivities } from '../../core/messaging/activities-contract';
import { QUERIES, SIGNALS, UPDATES } from '../../core/names';
import { evergrantService } from '../../client/nexus';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'temporal.md'), 'utf8');

/** The first cells of a section's tables, word by word. */
function named(from: string, to: string, column: number): string[] {
  const section = text.slice(text.indexOf(from), text.indexOf(to));
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => [...(line.split('|')[column] ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word!));
}

test('docs/temporal.md names every message of a lifecycle', () => {
  const messages = [SIGNALS, UPDATES, QUERIES].flatMap((kind) => Object.values(kind));
  expect(named('## Messages to', '| result | do', 2).sort()).toEqual(messages.sort());
});

test('and every activity, with its failures', () => {
  const activities: Record<keyof EvergrantActivities, true> = {
    getAccount: true,
    listConversations: true,
    listMessages: true,
    sendMessage: true,
    callInstagram: true,
    readPayload: true,
  };
  expect(named('## Messaging activities', '**Options.**', 1)).toEqual(Object.keys(activities));
  // Activities that date tokens alone fail for a clock.
  const failures = Object.values(FAILURE_TYPES).filter((type) => type !== FAILURE_TYPES.clocksDiffer);
  expect(named('**Failures**', '## Nexus', 1).sort()).toEqual(failures.sort());
});

test('and every operation of the Nexus service', () => {
  const operations = Object.keys(evergrantService.operations);
  expect(named('| operation', '| error', 1)).toEqual(operations);
});
