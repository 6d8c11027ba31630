import { ApplicationFailure } from '@temporalio/common';
import pino from 'pino';
import { lifecycleWorkflowId } from '../../core/names';
import { temporalLogger } from '../../worker/temporal-log';

function logged() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
  const clock = { now: 0 };
  return { lines, clock, temporal: temporalLogger(logger, () => clock.now) };
}
const failed = (
  attempt: number,
  error: unknown = ApplicationFailure.create({
    type: 'StoreUnavailable',
    message: 'The database could not be used (57P01).',
  }),
) => ({
  activityType: 'refreshToken',
  workflowType: 'TokenLifecycle',
  workflowId: lifecycleWorkflowId('int_1'),
  attempt,
  error,
  taskToken: 'secret-bytes',
  input: { token: 'IGQ-secret' },
});

test('a failed activity names itself, its workflow, integration, attempt and reason, and nothing else', () => {
  const { lines, temporal } = logged();
  temporal.warn('Activity failed', failed(2));
  expect(lines).toEqual([
    {
      level: 40,
      time: expect.any(Number),
      pid: expect.any(Number),
      hostname: expect.any(String),
      activity: 'refreshToken',
      workflow: 'TokenLifecycle',
      integrationId: 'int_1',
      attempt: 2,
      reason: 'StoreUnavailable: The database could not be used (57P01).',
      msg: 'Activity failed',
    },
  ]);
});

test('of an error that is not ours only code or class are written', () => {
  const { lines, temporal } = logged();
  temporal.warn('Activity failed', failed(1, new TypeError('cannot read IGQ-secret')));
  temporal.error(
    'Activity failed',
    failed(1, Object.assign(new Error('IGQ-secret'), { code: 'ECONNRESET' })),
  );
  expect(lines.map(({ reason }) => reason)).toEqual(['TypeError', 'ECONNRESET']);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('a line that repeats is written once a minute, with how often it came', () => {
  const { lines, clock, temporal } = logged();
  for (let attempt = 1; attempt <= 269; attempt++) temporal.warn('Activity failed', failed(attempt));
  temporal.warn('Activity failed', failed(1, new TypeError('another')));
  clock.now += 60_000;
  temporal.warn('Activity failed', failed(270));
  expect(lines.map(({ attempt, repeated }) => [attempt, repeated])).toEqual([
    [1, undefined],
    [1, undefined],
    [270, 268],
  ]);
});

test('thousands of different lines are not remembered for ever', () => {
  const { lines, temporal } = logged();
  for (let n = 0; n < 1_000; n++) temporal.warn(`line ${n}`);
  temporal.warn('line 0');
  temporal.warn('line 999');
  expect(lines).toHaveLength(1_001);
});
