import { type Browser } from 'playwright-core';
import { DAY_MS } from '../../core/time';
import { type TestApi } from '../support/api';
import { openBrowser, openViewer } from '../support/browser';
import { signIn, startConsole } from '../support/console';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
let api: TestApi;
let browser: Browser;
beforeAll(async () => {
  stack = await startStack();
  api = await startConsole(stack);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await api.stop();
  await stack.stop();
});

test('the sandbox bar moves time, invalidates a token and plays an outage', async () => {
  const { id } = await stack.connect('played');
  const { page, problems, close } = await openViewer(browser);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const toast = (text: string | RegExp) =>
    page.locator('#toasts').getByText(text).waitFor({ timeout: 30_000 });
  await signIn(page, api);
  await page.goto(`${api.url}/console/connections/${id}`);
  const before = stack.simulator.clock.now();
  await press('+1 day');
  await toast('It is 24 hours later.');
  expect(stack.simulator.clock.now() - before).toBeGreaterThanOrEqual(DAY_MS);
  await page.getByLabel('Account').selectOption('played');
  await press('Invalidate');
  await toast(/Instagram refuses the token of @played/);
  await press('Check now');
  await page.locator('.banner').getByText('@played changed its Instagram password').waitFor();
  await press('Instagram outage');
  await toast('Instagram answers nobody now.');
  expect((await fetch(`${stack.simulatorUrl}/me`)).status).toBe(503);
  await press('End the outage of Instagram');
  await toast('Instagram answers again.');
  expect(problems).toEqual([]);
  await close();
});
