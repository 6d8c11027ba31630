import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser } from 'playwright-core';
import { type Viewer, openBrowser, openViewer } from '../support/browser';

const folder = join(__dirname, '..', '..', 'examples', 'react');

/** A stand-in for `/embed/banner.js`: the element tells what Evergrant's own tells. */
const BANNER = `customElements.define('evergrant-banner', class extends HTMLElement {
  static observedAttributes = ['token'];
  tell(name, detail) { this.dispatchEvent(new CustomEvent('evergrant:' + name, { detail, bubbles: true, composed: true })); }
  connectedCallback() { setTimeout(() => this.tell('status', { integrations: [
    { id: 'int_1', account: { id: '1', username: 'bakery' }, state: 'active', usable: true, banner: null } ] })); }
});`;

let tokens = 0;
const evergrant = createServer((request, response) => {
  if (request.url === '/v1/embed-tokens') tokens += 1;
  const isScript = request.url === '/embed/banner.js';
  const answers: Record<string, unknown> = {
    '/v1/embed-tokens': { token: `evge_${tokens}` },
    '/v1/integrations/int_1': { ownerRef: 'sandbox' },
    '/v1/integrations/int_1/conversations': { data: [{ id: 'c1', participants: [{ username: 'anna' }] }] },
  };
  response.writeHead(200, {
    'content-type': isScript ? 'text/javascript' : 'application/json',
    'access-control-allow-origin': '*',
  });
  response.end(isScript ? BANNER : JSON.stringify(answers[request.url ?? '']));
});
let backend: ChildProcess;
let browser: Browser;
let viewer: Viewer;
beforeAll(async () => {
  evergrant.listen(0, '127.0.0.1');
  await once(evergrant, 'listening');
  backend = spawn(process.execPath, [join(folder, 'serve.mjs')], {
    env: {
      EVERGRANT_URL: `http://127.0.0.1:${(evergrant.address() as AddressInfo).port}`,
      EVERGRANT_API_KEY: 'evg_test_key',
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(backend.stdout!, 'data')) as [Buffer];
  browser = await openBrowser();
  viewer = await openViewer(browser);
  await viewer.page.goto(String(line).trim());
});
afterAll(async () => {
  await browser?.close();
  backend?.kill();
  evergrant.closeAllConnections();
  evergrant.close();
});

const tell = (name: string, detail: unknown) =>
  viewer.page.evaluate(
    `document.querySelector('evergrant-banner').tell(${JSON.stringify(name)}, ${JSON.stringify(detail)})`,
  );

test('the hook has at most 40 lines', () => {
  expect(
    readFileSync(join(folder, 'useEvergrant.js'), 'utf8').trimEnd().split('\n').length,
  ).toBeLessThanOrEqual(40);
});

test('shows the banner above the inbox, failures in a toast, and renews its token', async () => {
  const { page, problems } = viewer;
  await page.getByText('@anna').waitFor();
  const banner = page.locator('main > evergrant-banner:first-child');
  expect(await banner.getAttribute('token')).toBe('evge_1');
  expect(await page.locator('script[src$="/embed/banner.js"]').count()).toBe(1);

  await tell('refresh-failed', { account: 'bakery', text: 'We could not renew the connection.' });
  await page.getByRole('status').getByText('We could not renew the connection.').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('status').waitFor({ state: 'detached' });

  await tell('token-expired', {
    account: 'bakery',
    text: 'It is over.',
    reconnectUrl: 'https://evergrant.example/connect/x',
  });
  await page.getByRole('alert').getByText('It is over.').waitFor();
  expect(await page.getByRole('link', { name: 'Reconnect' }).getAttribute('href')).toContain('/connect/x');

  const one = { id: 'int_1', account: { id: '1', username: 'bakery' }, usable: false, banner: null };
  for (const [state, text] of [
    ['recovering', 'Checking the connection …'],
    ['expired', 'Reconnect needed'],
    ['pending', 'Not connected yet'],
    ['disconnected', 'Not connected'],
  ]) {
    await tell('status', { integrations: [{ ...one, state }] });
    await page.locator('section').getByText(text!, { exact: true }).waitFor();
  }

  await tell('token-needed', {});
  await page.locator('evergrant-banner[token="evge_2"]').waitFor({ state: 'attached' });
  expect(tokens).toBe(2);
  expect(problems).toEqual([]);
});

test('follows the light or dark theme of the system, and fits on a phone', async () => {
  const { page } = viewer;
  await page.emulateMedia({ colorScheme: 'dark' });
  const text = await page.evaluate(`getComputedStyle(document.body).color`);
  expect(text).toBe('rgb(255, 255, 255)');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 360, height: 640 });
  expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(360);
});
