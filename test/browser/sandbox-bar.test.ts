import { DAY_MS } from '../../core/time';
import { type TestApi } from '../support/api';
import { signIn, startConsole } from '../support/console';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';
import { until } from '../support/until';

let pages: Pages;
let stack: Stack;
let api: TestApi;
beforeAll(async () => {
  pages = await startPages({ api: startConsole });
  ({ stack, api } = pages);
});
afterAll(() => pages.stop());

test('the sandbox bar moves time, invalidates a token and plays an outage', async () => {
  const { id } = await stack.connect('played');
  const { page, problems, close } = await pages.open();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const toast = (text: string | RegExp) =>
    page.locator('#toasts').getByText(text).waitFor({ timeout: 30_000 });
  await signIn(page, api);
  await page.goto(`${api.url}/console/connections/${id}`);
  const before = stack.simulator.clock.now();
  await press('+1 day');
  await toast('Time moved forward by 24 hours');
  expect(stack.simulator.clock.now() - before).toBeGreaterThanOrEqual(DAY_MS);
  await page.getByLabel('Account', { exact: true }).selectOption('played');
  await press('Invalidate token');
  await toast(/Instagram now rejects the token of @played/);
  await press('Check now');
  await page.locator('.banner').getByText('@played changed its Instagram password').waitFor();
  await press('Simulate outage');
  await toast('Outage started · Instagram is not responding');
  expect((await fetch(`${stack.simulatorUrl}/me`)).status).toBe(503);
  await press('End outage');
  await toast('Outage ended · Instagram is responding');
  expect(problems).toEqual([]);
  await close();
});

test('a long move shows how far it has come, and ends with its toast; one that the command line makes shows, too', async () => {
  await stack.connect('moved');
  const { page, problems, close } = await pages.open();
  await signIn(page, api);
  const clock = page.locator('#sandbox-time time');
  const shown = async () => Date.parse((await clock.getAttribute('datetime')) ?? '');
  // Longer than a request may take: the answer of one activity is held back.
  stack.simulator.addFault({ match: { account: 'moved' }, delayMs: 4_000, times: 1, status: 503 });
  const before = await shown();
  await stack.pool.query(
    `update integrations set refresh_at = $2, revision = revision + 1 where username = $1`,
    ['moved', new Date(stack.simulator.clock.now() + 2 * DAY_MS)],
  );
  const { rows } = await stack.pool.query("select id from integrations where username = 'moved'");
  await stack.lifecycles.rowChanged(rows[0].id);
  await page.getByRole('button', { name: '+7 days' }).click();
  await page.getByRole('progressbar', { name: /Moving time forward/ }).waitFor();
  await until(() => page.getByRole('button', { name: '+7 days' }).isDisabled());
  await page.locator('#toasts').getByText('Time moved forward by 7 days').waitFor({ timeout: 40_000 });
  await until(() => page.getByRole('button', { name: '+7 days' }).isEnabled());
  expect(await shown()).toBeGreaterThanOrEqual(before + 7 * DAY_MS);

  // As the command line does.
  await stack.travel.advance(3 * DAY_MS);
  await until(async () => (await shown()) >= before + 10 * DAY_MS, { timeoutMs: 30_000 });
  expect(problems).toEqual([]);
  await close();
}, 90_000);
