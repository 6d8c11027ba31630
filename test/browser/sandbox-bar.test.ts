import { DAY_MS } from '../../core/time';
import { type TestApi } from '../support/api';
import { signIn, startConsole } from '../support/console';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';

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
