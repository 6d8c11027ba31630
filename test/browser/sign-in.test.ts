import { type Browser } from 'playwright-core';
import { API_KEY, type TestApi, startApi } from '../support/api';
import { type Viewer, inaccessible, openBrowser, openViewer } from '../support/browser';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
let api: TestApi;
let browser: Browser;
let viewer: Viewer;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  api = await startApi(stack);
  browser = await openBrowser();
});
beforeEach(async () => {
  viewer = await openViewer(browser);
});
afterEach(async () => {
  expect(viewer.problems).toEqual([]);
  await viewer.close();
});
afterAll(async () => {
  await browser.close();
  await api.stop();
  await stack.stop();
});

test('somebody signs in with a key, and out again', async () => {
  const { page } = viewer;
  await page.goto(`${api.url}/console`);
  expect(await inaccessible(page)).toEqual([]);
  await page.getByLabel('API key').fill(API_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${api.url}/console`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${api.url}/console/sign-in`);
});

test('somebody signs in by a link', async () => {
  const { page } = viewer;
  await page.goto((await api.post('/v1/console-links')).body.url);
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${api.url}/console`);
});
