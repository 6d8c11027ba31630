import { type Harness, startHarness } from './harness';
import { KILL_STEPS, type Work } from './kill-steps';
import { type Killed, killAt, outcome, quiet } from './kills';
import { databaseAway } from './outages';

// The short form of `npm run test:chaos`.

const UNDISTURBED = { lost: 0, doubleRefreshes: 0, wrong: [] };
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ accounts: 13, workers: 2 });
});
afterAll(() => harness.stop());

function stepOf(work: Work, name: string) {
  const step = KILL_STEPS.find((one) => one.work === work && one.name === name);
  if (!step) throw new Error(`There is no step "${name}".`);
  return step;
}

test('workers killed in a refresh and in a send lose no token and send nothing twice', async () => {
  const steps = [stepOf('refresh', 'after pending is committed'), stepOf('send', 'after the answer')];
  const killed: Killed[] = [];
  for (const step of steps) {
    await quiet(harness, killed);
    killed.push(await killAt(harness, step, 'new_old_dead'));
  }
  for (const one of killed) expect(await outcome(harness, one)).toMatchObject(UNDISTURBED);
});

test('PostgreSQL killed in the middle of ten refreshes loses none of them', async () => {
  expect(await databaseAway(harness, { seconds: 1, connections: 10 })).toMatchObject(UNDISTURBED);
});
