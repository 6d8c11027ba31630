import { type Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { type Activities } from '../../activities';
import { registerSearchAttributes } from '../../adapters/temporal/search-attributes';
import { openTemporal } from '../../adapters/temporal/connect';
import { type LifecycleClient, createLifecycleClient } from '../../client/lifecycle-client';
import { type LifecycleFacts, type Outcome, type StepResult } from '../../core/lifecycle/facts';
import { DAY_MS } from '../../core/time';
import { createWorkers } from '../../worker/worker';
import { lifecycleFactsOf } from './connections';
import { published } from './servers';
import { createTestNamespace } from './temporal';
import { quietTemporal } from './temporal-runtime';

type ActivityName = 'refreshToken' | 'recoverToken' | 'warnExpiring' | 'remind' | 'expire';
type Input = Parameters<Activities[ActivityName]>[0];
/** What an activity changes, and how it ended. */
type Step = { changed?: Partial<LifecycleFacts>; outcome: Outcome };

/**
 * Real workflows on a real Temporal server, with activities that are functions of the test: for what the workflow alone
 * decides. No database, no simulator.
 */
export interface FakeLifecycles {
  client: Client;
  lifecycles: LifecycleClient;
  /** The row of each integration, as the next activity finds it. */
  rows: Map<string, LifecycleFacts>;
  /** Activities that ran, oldest first; without loads. */
  calls: { name: ActivityName; input: Input }[];
  /** How often rows were loaded. */
  loads(): number;
  /** What an activity does; without it the test is wrong, and the lifecycle keeps trying. */
  on: { [Name in ActivityName]?: (facts: LifecycleFacts, input: Input) => Step | Promise<Step> };
  /** Adds the row of a connected account and starts its lifecycle. */
  connect(integrationId: string, changed?: Partial<LifecycleFacts>): Promise<void>;
  stop(): Promise<void>;
}

export async function startFakeLifecycles(): Promise<FakeLifecycles> {
  quietTemporal();
  const { address, namespace, drop } = await createTestNamespace();
  const temporal = openTemporal({ connectionOptions: { address }, namespace });
  await registerSearchAttributes(temporal.client);
  let loads = 0;
  const fake: FakeLifecycles = {
    client: temporal.client,
    lifecycles: createLifecycleClient(temporal.client),
    rows: new Map(),
    calls: [],
    loads: () => loads,
    on: {},
    async connect(integrationId, changed = {}) {
      fake.rows.set(integrationId, connectedFacts(integrationId, changed));
      await fake.lifecycles.start(integrationId);
    },
    async stop() {
      workers.shutdown();
      await ended;
      await native.close();
      await temporal.close();
      await drop();
    },
  };
  const act = (name: ActivityName) => async (input: Input) => {
    fake.calls.push({ name, input });
    const facts = fake.rows.get(input.integrationId);
    const doIt = fake.on[name];
    if (!facts || !doIt) throw new Error(`${name} was not expected`);
    const { changed, outcome } = await doIt(facts, input);
    // The row may have changed meanwhile, as it may in a database.
    const now = { ...(fake.rows.get(input.integrationId) ?? facts), ...changed };
    fake.rows.set(input.integrationId, now);
    return resultOf(now, outcome);
  };
  const activities = {
    loadFacts: async ({ integrationId }: { integrationId: string }) => {
      loads += 1;
      return resultOf(fake.rows.get(integrationId) ?? null, 'done');
    },
    refreshToken: act('refreshToken'),
    recoverToken: act('recoverToken'),
    warnExpiring: act('warnExpiring'),
    remind: act('remind'),
    expire: act('expire'),
  };
  const native = await NativeConnection.connect({ address });
  const workers = await createWorkers({
    connection: native,
    namespace,
    activities: activities as Partial<Activities> as Activities,
    workflowBundle: { codePath: published('workflowBundle') },
    shutdownGrace: '1s',
  });
  const ended = workers.run();
  return fake;
}

function resultOf(facts: LifecycleFacts | null, outcome: Outcome): StepResult {
  return { facts, outcome, now: Date.now() };
}

/** An account that was connected two days ago. */
function connectedFacts(integrationId: string, changed: Partial<LifecycleFacts>): LifecycleFacts {
  return lifecycleFactsOf(Date.now() - 2 * DAY_MS, { integrationId, username: integrationId, ...changed });
}
