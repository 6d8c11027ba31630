import { type Page } from 'playwright-core';
import { DAY_MS, HOUR_MS } from '../../core/time';
import { API_KEY, type TestApi } from '../support/api';
import { type Viewer } from '../support/browser';
import { startConsole } from '../support/console';
import { startConsumer } from '../support/consumer';
import { type HostPage, startHostPage } from '../support/host-page';
import { type Keyboard, useKeyboard } from '../support/keyboard';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';
import { afterwards } from '../support/temporary-folder';
import { until } from '../support/until';

// Every journey with Tab, Shift+Tab, Enter, Space, arrows, Escape and typing. At each stop the focus can be seen, and
// nothing that happens on a page takes it away.

let host: HostPage;
let pages: Pages;
let stack: Stack;
let api: TestApi;
let viewer: Viewer;
let page: Page;
let keys: Keyboard;
beforeAll(async () => {
  host = await startHostPage();
  pages = await startPages({ api: (stack) => startConsole(stack, { site: { appOrigins: [host.origin] } }) });
  ({ stack, api } = pages);
});
beforeEach(async () => {
  // Not in the same minute as others: many deaths at once are taken for trouble of Instagram's.
  await stack.travel.advance(8 * HOUR_MS);
  viewer = await pages.open({ timezoneId: 'Pacific/Kiritimati' });
  page = viewer.page;
  keys = await useKeyboard(page);
});
afterEach(async () => {
  await stack.calm();
  expect(keys.losses).toEqual([]);
  expect(viewer.problems).toEqual([]);
  await viewer.close();
});
afterAll(async () => {
  await pages.stop();
  await host.stop();
});

const open = (path: string) => page.goto(`${api.url}/console${path}`);
const toast = (text: string | RegExp) => page.locator('#toasts').getByText(text).first().waitFor();
const heading = (name: string | RegExp) => page.getByRole('heading', { name }).first().waitFor();

async function signIn() {
  await page.goto(`${api.url}/console/sign-in`);
  await keys.tabTo('API key');
  await keys.type(API_KEY);
  await keys.key('Enter');
  await heading('Overview');
}

test('signing in, choosing a theme, and signing out', async () => {
  await signIn();
  await keys.press('Skip to content');
  await keys.press('Theme: system');
  await page.getByRole('button', { name: 'Theme: light' }).waitFor();
  // Once more at once: the button keeps the focus.
  await keys.rests('Theme: light');
  await keys.key('Space');
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
  await keys.rests('Theme: dark');
  await keys.press('Sign out');
  await heading('Sign in to Evergrant');
});

test('on every page each stop can be seen', async () => {
  await stack.connect('walked');
  await signIn();
  const settings = ['access', 'mail', 'encryption-keys', 'audit-log'].map((name) => `/settings/${name}`);
  for (const path of ['', '/fleet', ...settings]) {
    await open(path);
    await keys.tabTo('Skip to content');
    await keys.tabTo('Skip to content');
  }
});

test('the list is searched and filtered, rows are ticked, and all of them paused', async () => {
  const ids: string[] = [];
  for (const name of ['keys_one', 'keys_two']) ids.push((await stack.connect(name)).id);
  await stack.connect('other_one');
  await signIn();
  await keys.press('Connections');
  await heading('Connections');
  await keys.key('/');
  await keys.type('keys_');
  await page.getByRole('link', { name: '@other_one' }).waitFor({ state: 'detached' });
  await keys.tabTo('State');
  await keys.type('Active');
  await page.waitForURL(/state=active/);
  await keys.tabTo('Search', 'back');
  await keys.tabTo('Select @keys_one');
  await keys.key('Space');
  await keys.tabTo('Select @keys_two');
  await keys.key('Space');
  await keys.press('Pause refresh');
  await toast('Paused 2 connections');
  await keys.rests('Pause refresh');
  for (const id of ids) expect((await stack.row(id)).paused).toBe(true);
  await keys.tabTo('Select all on this page', 'back');
  await keys.key('Space');
  await keys.press('Create links');
  await page.getByRole('dialog').waitFor();
  await keys.key('Escape');
  expect(await page.getByRole('dialog').isVisible()).toBe(true);
  await keys.press("I've copied it");
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await keys.rests('Create links');
});

test('an account is connected, from the search to the link', async () => {
  await signIn();
  await open('/connections');
  await keys.key('/');
  await keys.type('nobody here');
  await page.getByText('No matching connections').waitFor();
  await keys.tabTo('Connect account', 'back');
  await keys.key('Enter');
  await page.getByRole('dialog').waitFor();
  await keys.key('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await keys.rests('Connections');
  await keys.press('Connect account');
  await page.getByRole('dialog').waitFor();
  await keys.type('customer-7');
  await keys.press('Create link');
  const link = page.locator('#link');
  await link.waitFor();
  const url = await link.inputValue();
  await keys.press("I've copied it");
  await link.waitFor({ state: 'hidden' });
  await keys.rests('Connections');
  await page.goto(url);
  await page.getByRole('button', { name: 'Continue to Instagram' }).waitFor();
});

test('a message is read and answered', async () => {
  const { id } = await stack.connect('answering');
  stack.simulator.receive('answering', { text: 'Is it in stock?' });
  await signIn();
  await open(`/connections/${id}`);
  await keys.press('Messages');
  const conversation = page.locator('.conversations a').first();
  await conversation.waitFor();
  await keys.press(((await conversation.textContent()) ?? '').replace(/\s+/g, ' ').trim());
  await page.getByText('Is it in stock?').waitFor();
  await keys.tabTo('Reply');
  await keys.type('Yes, it is.');
  await keys.press('Send');
  await page.getByText('Message sent', { exact: true }).waitFor();
  await keys.rests('Send');
});

test('one connection is refreshed, checked, paused, resumed, given a contact, and disconnected', async () => {
  const { id } = await stack.connect('by_keys');
  await stack.travel.advance(2 * DAY_MS);
  await signIn();
  await open('/connections?q=by_keys');
  await keys.press('@by_keys');
  await heading('@by_keys');
  const press = async (name: string, done: string | RegExp, then = name) => {
    await keys.press(name);
    await toast(done);
    await keys.rests(then);
  };
  await press('Refresh now', 'Token refreshed');
  await press('Check now', 'Token valid');
  await press('Pause refresh', /Scheduled refreshes paused/, 'Resume refresh');
  // Already there: no Tab in between.
  await keys.key('Enter');
  await toast('Scheduled refreshes resumed');
  await keys.rests('Pause refresh');
  await keys.press('Dismiss');
  await page.locator('.toast').waitFor({ state: 'detached' });
  // What had it before the toast.
  await keys.rests('Change contact');
  await keys.press('Create reconnect link');
  await page.getByRole('dialog').waitFor();
  await keys.press("I've copied it");
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await keys.rests('Create reconnect link');

  await keys.tabTo('Change contact');
  await keys.key('Space');
  await keys.tabTo(/^Owner’s email/);
  await keys.type('owner@shop.example');
  await keys.key('Enter');
  await toast('Contact saved');
  expect((await stack.row(id)).contactEmail).toBe('owner@shop.example');
  await keys.rests(/^Owner’s email/);

  await keys.tabTo('Disconnect …', 'back');
  await keys.key('Enter');
  await keys.press('Disconnect permanently');
  await toast('Disconnected · Token erased');
  await keys.rests('@by_keys');
});

test('what an event changes meanwhile leaves the focus where it is', async () => {
  const { id } = await stack.connect('followed');
  await signIn();
  await open(`/connections/${id}`);
  await keys.tabTo('Check now');
  await api.post(`/v1/integrations/${id}/pause`);
  await page.getByText('· Refresh paused', { exact: true }).waitFor();
  await keys.rests('Check now');
  await api.delete(`/v1/integrations/${id}`);
  await page.getByRole('button', { name: 'Check now' }).waitFor({ state: 'detached' });
  await keys.rests(/./);
});

test('an API key is created, its secret copied, and the key revoked', async () => {
  await signIn();
  await keys.press('Settings');
  await keys.press('New API key');
  await keys.tabTo('Name');
  await keys.type('till');
  await keys.tabTo('read');
  await keys.key('Space');
  await keys.press('Create key');
  await page.locator('#made-key').waitFor();
  await keys.key('Escape');
  expect(await page.locator('#made-key').isVisible()).toBe(true);
  await keys.press("I've copied it");
  await page.locator('#made-key').waitFor({ state: 'hidden' });
  await keys.rests('Create key');
  await keys.tabTo(/^Revoke … till/, 'back');
  await keys.key('Enter');
  await keys.press('Revoke till');
  await toast('Key revoked');
  await keys.rests(/./);
});

test('a webhook endpoint is added, tested, its failed deliveries repeated, and removed', async () => {
  const consumer = await startConsumer();
  afterwards(() => consumer.stop());
  await signIn();
  await open('/settings/webhooks');
  await keys.press('New webhook endpoint');
  await keys.tabTo('Address');
  await keys.type(consumer.url);
  await keys.press('Add endpoint');
  await page.locator('#made-secret').waitFor();
  await keys.press("I've copied it");
  await keys.tabTo('Send test event', 'back');
  await keys.key('Enter');
  await toast('Test event delivered');
  await keys.rests('Send test event');

  await stack.connect('delivered_to');
  await until(async () => (await api.get('/v1/deliveries?status=delivered')).body.data.length > 0);
  await stack.pool.query("update deliveries set status = 'failed'");
  await keys.press('Deliveries');
  await keys.press(/^Redeliver$/);
  await toast('Redelivery scheduled');
  await keys.rests(/./);
  await until(async () => (await api.get('/v1/deliveries?status=delivered')).body.data.length > 0);
  await stack.pool.query("update deliveries set status = 'failed' where status = 'delivered'");
  await keys.press('Deliveries');
  await keys.press('Redeliver all failed');
  await toast(/scheduled/);
  await keys.rests(/./);

  await open('/settings/webhooks');
  await keys.press(/^Remove …/);
  await keys.press('Remove endpoint');
  await page.getByText('No webhook endpoints yet').waitFor();
  await keys.rests('Settings');
});

test('the sandbox moves time, invalidates a token, and plays an outage', async () => {
  await stack.connect('sandboxed');
  await signIn();
  await keys.press('+1 day');
  await toast('Time moved forward by 24 hours');
  await keys.rests('+1 day');
  await keys.tabTo('Account');
  await keys.type('@sandboxed');
  await keys.tabTo('Cause');
  await keys.key('ArrowDown');
  await keys.press('Invalidate token');
  await toast(/Instagram now rejects the token of @sandboxed/);
  await keys.rests('Invalidate token');
  await keys.press('Simulate outage');
  await toast('Outage started · Instagram is not responding');
  await keys.rests('End outage');
  await keys.key('Space');
  await toast('Outage ended · Instagram is responding');
});

test('an owner connects, from the link through consent', async () => {
  stack.simulator.addAccount({ username: 'owned' });
  const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'shop-1' });
  await page.goto(body.connectUrl);
  await keys.press('Continue to Instagram');
  await heading('Allow access?');
  await chooseAccount('@owned');
  await keys.press('Allow');
  await heading('Connected');
});

/** One of the radio buttons on the consent page: Tab reaches the first, arrows the others. */
async function chooseAccount(name: string) {
  await keys.tabTo(/^@/);
  for (let times = 0; times < 20 && (await keys.focused()) !== name; times++) await keys.key('ArrowDown');
  await keys.key('Space');
  await keys.rests(name);
}

test('an owner reconnects from the banner, and returns to the page', async () => {
  const { id } = await stack.connect('bannered');
  await api.patch(`/v1/integrations/${id}`, { ownerRef: 'bannered' });
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('bannered', 460);
  await api.post(`/v1/integrations/${id}/recheck`);
  await openHost('bannered');
  await page.getByRole('alert').getByText('@bannered changed its Instagram password').waitFor();
  await keys.press('Reconnect');
  await heading('Connect @bannered');
  await keys.press('Continue to Instagram');
  await chooseAccount('@bannered');
  await keys.press('Allow');
  await heading('Messages');
  expect(page.url()).toContain('result=connected');
});

test('an owner has the banner check again, and keeps the focus when it goes', async () => {
  const { id } = await stack.connect('confirmed');
  await api.patch(`/v1/integrations/${id}`, { ownerRef: 'confirmed' });
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('confirmed', 459);
  await api.post(`/v1/integrations/${id}/recheck`);
  await openHost('confirmed');
  await page
    .getByRole('alert')
    .getByText(/confirm a login/)
    .waitFor();
  const checked = page.waitForResponse((response) => response.url().endsWith('/recheck'));
  await keys.press('Check again');
  await checked;
  await keys.rests('Check again');
  stack.simulator.restore('confirmed');
  await stack.travel.advance(60_000);
  await keys.key('Space');
  await page
    .getByRole('alert')
    .getByText(/confirm a login/)
    .waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement.localName')).toBe('evergrant-banner');
});

async function openHost(ownerRef: string) {
  const { token } = (await api.post('/v1/embed-tokens', { ownerRef })).body;
  Object.assign(host.embed, { base: api.url, token, kind: 'classic' });
  await page.goto(host.origin);
}
