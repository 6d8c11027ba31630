import { temporal } from '@temporalio/proto';
import { NativeConnection, type WorkerDeploymentOptions } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { loadSettings } from '../../adapters/config';
import { TASK_QUEUE, WORKFLOW_TYPES, deliverEventWorkflowId, lifecycleWorkflowId } from '../../core/names';
import { wakeLane } from '../../adapters/temporal/lanes';
import { DAY_MS } from '../../core/time';
import { deploymentOptions } from '../../worker/deployment';
import { startRelay } from '../../worker/relay';
import { createWorkers } from '../../worker/worker';
import { published } from '../support/servers';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

const PINNED =
  temporal.api.workflow.v1.VersioningOverride.PinnedOverrideBehavior.PINNED_OVERRIDE_BEHAVIOR_PINNED;
const bundle = { codePath: published('workflowBundle') };
const optionsOf = (buildId?: string) =>
  deploymentOptions(
    loadSettings({ EVERGRANT_DEPLOYMENT: 'evergrant', ...(buildId && { EVERGRANT_BUILD_ID: buildId }) }),
    bundle,
  );

describe('the options of workers', () => {
  test('without EVERGRANT_DEPLOYMENT there is no versioning', () => {
    expect(deploymentOptions(loadSettings({}), bundle)).toBeNull();
  });

  test('the default build ID is the version of the package and a checksum of the workflows', () => {
    const { version } = optionsOf()!;
    expect(version.buildId).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    expect(optionsOf()!.version).toEqual(version);
    const other = deploymentOptions(loadSettings({ EVERGRANT_DEPLOYMENT: 'evergrant' }), { code: 'other' });
    expect(other!.version.buildId).not.toBe(version.buildId);
  });
});

describe('two versions side by side', () => {
  let stack: Stack;
  let connection: NativeConnection;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    stack = await startStack({ workers: false });
    connection = await NativeConnection.connect({ address: stack.temporalAddress });
    const reach = { owners: false, operators: false };
    const relay = startRelay({ ...stack.deps, temporal: stack.client, reach });
    stops.push(() => relay.stop());
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    await connection.close();
    await stack.stop();
  });

  async function startVersion(deployment: WorkerDeploymentOptions): Promise<void> {
    const workers = await createWorkers({
      connection,
      namespace: stack.client.options.namespace,
      // A lane of the test: its first delivery is due in an hour, and then there is none.
      activities: { ...createActivities(stack.deps), deliverNext: async () => ({ waitMs: 3_600_000 }) },
      workflowBundle: bundle,
      shutdownGrace: '1s',
      deployment,
    });
    const ended = workers.run();
    stops.push(async () => {
      workers.shutdown();
      await ended;
    });
  }

  /** What `temporal worker deployment set-current-version` does. It is refused until the version's workers are known. */
  const makeCurrent = (buildId: string) =>
    until(() =>
      stack.client.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: stack.client.options.namespace,
        deploymentName: 'evergrant',
        buildId,
        identity: 'test',
      }),
    );

  async function versionOf(workflowId: string, runId?: string) {
    const { raw } = await stack.client.workflow.getHandle(workflowId, runId).describe();
    return raw.workflowExecutionInfo!.versioningInfo?.deploymentVersion?.buildId;
  }
  const runOf = async (workflowId: string) =>
    (await stack.client.workflow.getHandle(workflowId).describe()).runId;
  const timers = async (workflowId: string) =>
    (await stack.client.workflow.getHandle(workflowId).fetchHistory()).events?.filter(
      (event) => event.timerStartedEventAttributes,
    ).length;

  const loads = async (workflowId: string) =>
    (await stack.client.workflow.getHandle(workflowId).fetchHistory()).events?.filter(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'loadFacts',
    ).length ?? 0;

  test('runs stay on their version, and the next run of each begins on the current one', async () => {
    await startVersion(optionsOf('one')!);
    await makeCurrent('one');
    const sleeper = lifecycleWorkflowId((await stack.connect('sleeper')).id);
    const { id } = await stack.connect('refreshed');
    const refreshed = lifecycleWorkflowId(id);
    const lane = 'whe_versions/int_versions';
    await wakeLane(stack.client, lane);
    const waiting = [sleeper, refreshed, deliverEventWorkflowId(lane)];
    for (const workflowId of waiting) {
      await until(async () => (await timers(workflowId)) === 1);
      expect(await versionOf(workflowId)).toBe('one');
    }
    const first = new Map<string, string>();
    for (const workflowId of waiting) first.set(workflowId, await runOf(workflowId));

    await startVersion(optionsOf('two')!);
    await makeCurrent('two');
    const young = lifecycleWorkflowId((await stack.connect('young')).id);
    await until(async () => (await versionOf(young)) === 'two');
    const audit = { workflowId: 'fleet-audit', taskQueue: TASK_QUEUE, args: [] };
    await stack.client.workflow.execute(WORKFLOW_TYPES.fleetAudit, audit);
    expect(await versionOf('fleet-audit')).toBe('two');
    // Who sleeps is not disturbed, and answers where it is.
    expect((await stack.lifecycles.status(id)).facts?.state).toBe('active');
    for (const workflowId of waiting) {
      expect(await runOf(workflowId)).toBe(first.get(workflowId));
      expect(await versionOf(workflowId)).toBe('one');
    }

    // Any message is an occasion to move on.
    for (const workflowId of [sleeper, deliverEventWorkflowId(lane)]) {
      await until(
        async () => {
          await stack.client.workflow.getHandle(sleeper).signal('rowChanged');
          await wakeLane(stack.client, lane);
          return (await versionOf(workflowId)) === 'two';
        },
        { everyMs: 500 },
      );
      expect(await runOf(workflowId)).not.toBe(first.get(workflowId));
      expect(await versionOf(workflowId, first.get(workflowId))).toBe('one');
    }

    // So is the next refresh, which the new version does.
    await stack.travel.advance(50 * DAY_MS);
    expect((await stack.row(id)).version).toBe(2);
    expect(await versionOf(refreshed)).toBe('two');
    const { events } = await stack.client.workflow.getHandle(refreshed, first.get(refreshed)).fetchHistory();
    const activities = events!.flatMap(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
    );
    expect(activities).toEqual(['loadFacts']);

    // Back again: nothing is lost, and nothing spins.
    await makeCurrent('one');
    // A queue hears of the current version a moment later: any message from then on is an occasion.
    await until(
      async () => {
        await stack.client.workflow.getHandle(sleeper).signal('rowChanged');
        return (await versionOf(sleeper)) === 'one';
      },
      { everyMs: 500 },
    );
    expect((await stack.lifecycles.status(id)).facts?.version).toBe(2);
  });

  test('a run that an operator pinned to a version that is not current stays there, and does not spin', async () => {
    const { id } = await stack.connect('held');
    const held = lifecycleWorkflowId(id);
    await until(async () => (await versionOf(held)) === 'one');
    const pinned = {
      behavior: PINNED,
      version: { deploymentName: 'evergrant', buildId: 'two' },
    };
    await stack.client.workflowService.updateWorkflowExecutionOptions({
      namespace: stack.client.options.namespace,
      workflowExecution: { workflowId: held },
      workflowExecutionOptions: { versioningOverride: { pinned } },
      updateMask: { paths: ['versioning_override'] },
    });
    for (let n = 0; n < 3; n++) {
      const before = await runOf(held);
      await stack.client.workflow.getHandle(held).signal('rowChanged');
      await until(async () => (await runOf(held)) !== before || (await loads(held)) > n);
    }
    await stack.travel.advance(50 * DAY_MS);
    expect((await stack.row(id)).version).toBe(2);
    const runs: string[] = [];
    for await (const run of stack.client.workflow.list({ query: `WorkflowId = '${held}'` }))
      runs.push(run.runId);
    expect(runs.length).toBeLessThanOrEqual(3);
  });
});
