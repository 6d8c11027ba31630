import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { type Deps } from '../../activities/deps';
import {
  FORMER_LIFECYCLE_TYPE,
  LANE_CHANGED,
  OPERATION_CHANGED,
  SIGNALS,
  UPDATES,
  WORKFLOW_TYPES,
} from '../../core/names';
import { workerDataConverter } from '../../worker/bundle';
import { contentsOf } from '../support/histories/contents';
import { MUTATIONS } from '../support/histories/mutations';
import { readRecorded, recordedFiles } from '../support/histories/recorded';
import { TIMER_KINDS } from '../support/histories/timers';
import { published } from '../support/servers';
import { quietTemporal } from '../support/temporal-runtime';

const files = recordedFiles();
const code = readFileSync(published('workflowBundle'), 'utf8');
beforeAll(quietTemporal);

function replay(file: string, bundle = code): Promise<void> {
  const { history, workflowId } = readRecorded(file);
  const options = { workflowBundle: { code: bundle }, dataConverter: workerDataConverter() };
  return Worker.runReplayHistory(options, history, workflowId);
}

describe('the recorded histories contain', () => {
  const recorded = contentsOf(files.map((file) => readRecorded(file).history));
  const folder = path.join(__dirname, '..', '..', 'workflows');
  const sources = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const inSources = (pattern: RegExp) =>
    sources.flatMap((source) => [...source.matchAll(pattern)].map(([, found]) => found!));

  test('every workflow type, the former one of lifecycles too', () => {
    const types = [...Object.values(WORKFLOW_TYPES), FORMER_LIFECYCLE_TYPE];
    expect(recorded.workflowTypes).toEqual(expect.arrayContaining(types));
  });

  test('every activity that a workflow calls', () => {
    const called = new Set(inSources(/\b(\w+)\(/g));
    const activities = Object.keys(createActivities({} as Deps)).filter((name) => called.has(name));
    expect(activities.length).toBeGreaterThanOrEqual(11);
    expect(recorded.activities).toEqual(expect.arrayContaining(activities));
  });

  test('every signal and update', () => {
    expect(recorded.signals).toEqual(
      expect.arrayContaining([...Object.values(SIGNALS), LANE_CHANGED, OPERATION_CHANGED]),
    );
    expect(recorded.updates).toEqual(expect.arrayContaining(Object.values(UPDATES)));
  });

  test('every patch', () => {
    const ids = inSources(/\bpatched\(([^)]*)\)/g).filter((id) => id !== 'id: string');
    expect(ids.length).toBeGreaterThan(0);
    expect(recorded.patches).toEqual(expect.arrayContaining(ids.map((id) => id.replaceAll("'", ''))));
  });

  test('every kind of timer', () => {
    expect(recorded.timers).toEqual([...TIMER_KINDS].sort());
  });
});

test.each(files)("today's code replays %s", (file) => replay(file));

test.each(MUTATIONS)('a changed workflow is noticed: $kind, $what', async ({ kind, was, now }) => {
  const changed = code.replaceAll(was, now);
  expect(changed === code ? `not in the bundle: ${was}` : 'changed').toBe('changed');
  const noticing = files.filter((name) => name.includes(kind));
  const replays = await Promise.allSettled(noticing.map((file) => replay(file, changed)));
  expect(replays.map(({ status }) => status)).toContain('rejected');
});
