import { API_KEY, type TestApi } from '../support/api';
import { type Viewer, inaccessible } from '../support/browser';
import { type Pages, startPages } from '../support/pages';

let pages: Pages;
let api: TestApi;
let viewer: Viewer;
beforeAll(async () => {
  pages = await startPages({ workers: false });
  api = pages.api;
});
beforeEach(async () => {
  viewer = await pages.open();
});
afterEach(async () => {
  expect(viewer.problems).toEqual([]);
  await viewer.close();
});
afterAll(() => pages.stop());

test('a user signs in with a key, and out again', async () => {
  const { page } = viewer;
  await page.goto(`${api.url}/console`);
  expect(await inaccessible(page)).toEqual([]);
  await page.getByLabel('API key').fill(API_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${api.url}/console`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${api.url}/console/sign-in`);
});

test('a user signs in by a link', async () => {
  const { page } = viewer;
  await page.goto((await api.post('/v1/console-links')).body.url);
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${api.url}/console`);
});
