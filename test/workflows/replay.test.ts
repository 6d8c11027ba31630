import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { workerDataConverter } from '../../worker/bundle';
import { published } from '../support/servers';
import { quietTemporal } from '../support/temporal-runtime';

/** Recorded by `record-histories.test.ts`; kept for as long as such runs may be alive. */
const FOLDER = path.join(__dirname, 'histories');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

const workflowBundle = { code: readFileSync(published('workflowBundle'), 'utf8') };
beforeAll(quietTemporal);

test('there are recorded histories of refresh, recovery, expiry, reconnect and deliveries', () => {
  expect(files.length).toBeGreaterThanOrEqual(6);
  for (const kind of ['lane', 'report-kept', 'warned-and-expired', 'audit'])
    expect(files.some((file) => file.endsWith(`-${kind}.json`))).toBe(true);
});

test.each(files)("today's code replays %s", async (file) => {
  const recorded = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as {
    workflowId: string;
    history: unknown;
  };
  const history = historyFromJSON(recorded.history as Parameters<typeof historyFromJSON>[0]);
  await Worker.runReplayHistory(
    { workflowBundle, dataConverter: workerDataConverter() },
    history,
    recorded.workflowId,
  );
});

test.each([
  ['refreshed', '.refreshToken(', '.remind('],
  ['lane', 'deliverNext(', 'auditFleet('],
  ['report-kept', "patched('keep-every-report')", "patched('another')"],
  ['warned-and-expired', '.warnExpiring(', '.expire('],
  ['warned-and-expired', '.expire(', '.remind('],
  ['audit', 'auditFleet()', 'loadFacts({})'],
])('a changed workflow is noticed: %s', async (kind, was, now) => {
  const file = files.find((name) => name.includes(kind))!;
  const recorded = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as {
    workflowId: string;
    history: unknown;
  };
  const history = historyFromJSON(recorded.history as Parameters<typeof historyFromJSON>[0]);
  const changed = { code: workflowBundle.code.replaceAll(was, now) };
  await expect(
    Worker.runReplayHistory(
      { workflowBundle: changed, dataConverter: workerDataConverter() },
      history,
      recorded.workflowId,
    ),
  ).rejects.toThrow();
});
