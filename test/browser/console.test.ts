import { type Page, type Request } from 'playwright-core';
import { addEvent } from '../../adapters/postgres/deliveries/events';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { DAY_MS, HOUR_MS } from '../../core/time';
import { type TestApi } from '../support/api';
import { type Viewer, inaccessible } from '../support/browser';
import { signIn, startConsole } from '../support/console';
import { startConsumer } from '../support/consumer';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';
import { afterwards } from '../support/temporary-folder';
import { until } from '../support/until';

let pages: Pages;
let stack: Stack;
let api: TestApi;
let viewer: Viewer;
let page: Page;
beforeAll(async () => {
  pages = await startPages({ api: startConsole });
  ({ stack, api } = pages);
});
beforeEach(async () => {
  viewer = await pages.open();
  page = viewer.page;
  await signIn(page, api);
});
afterEach(async () => {
  await stack.calm();
  expect(viewer.problems).toEqual([]);
  await viewer.close();
});
afterAll(() => pages.stop());

const open = (path: string) => page.goto(`${api.url}/console${path}`);
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const toast = (text: string | RegExp) => page.locator('#toasts').getByText(text).waitFor();

/** Makes so many events. */
async function tellOften(row: Integration, times: number) {
  for (let told = 0; told < times; told++)
    await addEvent(stack.pool, row, { type: 'integration.reminder' }, stack.simulator.clock.now());
}

test('every page is accessible, in every look, and no wider than the window', async () => {
  const { id } = await stack.connect('seen');
  const [conversation] = await conversationsOf('seen');
  const paths = [
    '',
    '/connections',
    '/connections?state=disconnected&sort=owner&dir=desc',
    '/connections/new',
    `/connections/${id}`,
    `/connections/${id}/messages`,
    '/fleet',
    '/fleet/bulk-operations',
    '/settings',
    '/settings/access',
    '/settings/webhooks',
    '/settings/deliveries?status=waiting',
    '/settings/mail',
    '/settings/encryption-keys',
    '/settings/audit-log',
    '/connections/int_none',
  ];
  for (const path of [...paths, `/connections/${id}/messages/${conversation}`]) {
    // Chromium counts a page that is not there as an error.
    const { status } = { status: (await open(path))?.status() };
    if (status === 404) viewer.problems.length = 0;
    expect({ path, problems: await inaccessible(page) }).toEqual({ path, problems: [] });
  }
});

test('an operation with many connections is started, paused, resumed and canceled', async () => {
  await stack.connect('many1');
  await stack.connect('many2');
  await open('/fleet');
  await page.getByRole('link', { name: 'View bulk operations' }).click();
  await page.getByLabel('Action').selectOption('Pause refreshes');
  await page.getByLabel('At most').fill('1');
  await press('Start an operation');
  await toast(/is 1, but \d+ connections match/);
  await page.getByLabel('Action').selectOption('Pause refreshes');
  await page.getByLabel('Spread over').fill('600');
  await press('Start an operation');
  await page.getByRole('heading', { name: /Pause refreshes of \d+ connections/ }).waitFor();
  await page.getByRole('link', { name: /Done: \d+/ }).waitFor();
  await press('Pause');
  await page.getByText('Paused', { exact: true }).waitFor();
  expect(await inaccessible(page)).toEqual([]);
  await press('Resume');
  await press('Cancel the rest');
  await page.getByRole('link', { name: /Canceled: \d+/ }).click();
  await page.getByRole('cell', { name: 'Canceled' }).first().waitFor();
  await page.getByRole('link', { name: 'Bulk operations' }).click();
  await page.getByRole('cell', { name: 'Canceled' }).first().waitFor();
});

test('ticked connections are checked and disconnected', async () => {
  await stack.connect('ticked1');
  await stack.connect('ticked2');
  await open('/connections?q=ticked');
  await page.getByLabel('Select all on this page').check();
  await press('Check now');
  await toast('Checked 2 connections');
  await page.getByLabel('Select all on this page').check();
  await page.getByText('Disconnect …').click();
  await press('Disconnect permanently');
  await toast('Disconnected 2 connections');
  await page.getByText('No matching connections').waitFor();
});

test('connections are found by name, state, owner and days left, as one types', async () => {
  await stack.connect('findable');
  await stack.connect('hidden');
  await open('/connections');
  const row = (name: string) => page.getByRole('link', { name: `@${name}` });
  await page.getByLabel('Search').fill('findab');
  await row('hidden').waitFor({ state: 'detached' });
  await row('findable').waitFor();
  await page.waitForURL(/q=findab/);
  await page.getByLabel('State').selectOption('expired');
  await page.getByText('No matching connections').waitFor();
  await page.getByLabel('State').selectOption('active');
  await row('findable').waitFor();
  await page.getByLabel('Owner').fill('nobody');
  await page.getByText('No matching connections').waitFor();
  await page.getByLabel('Owner').fill('owner-1');
  await row('findable').waitFor();
  await page.getByLabel('Expires within', { exact: true }).selectOption('14');
  await page.getByText('No matching connections').waitFor();
});

test('an answer that comes late does not undo what was filtered meanwhile', async () => {
  await stack.connect('late_row');
  await open('/connections?q=late_row');
  const isLate = (request: Request) => request.url().endsWith('/console/connections?q=late_row');
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/console/connections?q=late_row', async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  const asked = page.waitForRequest(isLate);
  await page.evaluate('document.body.dispatchEvent(new Event("changed"))');
  await asked;
  const over = Promise.race([
    page.waitForEvent('requestfailed', isLate),
    page.waitForEvent('requestfinished', isLate),
  ]);
  await page.getByLabel('State').selectOption('expired');
  const none = page.getByText('No matching connections');
  await none.waitFor();
  release();
  await over;
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  expect(await none.isVisible()).toBe(true);
});

test('what changes elsewhere shows by itself', async () => {
  const { id } = await stack.connect('lively');
  await open('/connections?q=lively');
  await page.locator(`#${id}`).getByText('Active').waitFor();
  await api.delete(`/v1/integrations/${id}`);
  await page.getByText('No matching connections').waitFor();
});

test('a page whose scripts arrive slowly, one after the other, follows events as well', async () => {
  let scripts = 0;
  await page.route('**/assets/*.js?*', (route) => {
    setTimeout(() => void route.continue(), 200 * scripts++);
  });
  const live = page.waitForRequest('**/console/live');
  await open('/connections');
  await live;
  expect(scripts).toBeGreaterThan(1);
});

test('what the reader has opened stays open while the page follows events', async () => {
  const { id } = await stack.connect('opened');
  await open(`/connections/${id}`);
  await page.getByText('Disconnect …').click();
  await api.post(`/v1/integrations/${id}/pause`);
  await page.evaluate('document.body.dispatchEvent(new Event("changed"))');
  await page.getByText('· Refresh paused', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Disconnect permanently' }).isVisible()).toBe(true);
  expect(await page.locator('#disconnect').getAttribute('open')).toBe('');
});

test('one is refreshed, checked, paused, resumed and disconnected', async () => {
  const { id } = await stack.connect('handled');
  await open(`/connections/${id}`);
  await press('Refresh now');
  await toast(/The token is too new to refresh/);
  await stack.travel.advance(2 * DAY_MS);
  await press('Refresh now');
  await toast('Token refreshed');
  await page.locator('.timeline').getByText('Token refreshed').first().waitFor();
  await press('Check now');
  await toast('Token valid');
  await press('Pause refresh');
  await toast('Scheduled refreshes paused until 3 days before expiry');
  expect((await stack.row(id)).paused).toBe(true);
  await press('Resume refresh');
  await toast('Scheduled refreshes resumed');
  await page.getByText('Disconnect …').click();
  await press('Disconnect permanently');
  await toast('Disconnected · Token erased');
  expect((await stack.row(id)).state).toBe('disconnected');
});

test('the page and its button say what Instagram requires of the owner', async () => {
  const { id } = await stack.connect('confirming');
  // Not in the same minute as others: many deaths at once are taken for trouble of Instagram's.
  await stack.travel.advance(8 * HOUR_MS);
  stack.simulator.invalidate('confirming', 490);
  await open(`/connections/${id}`);
  await press('Check now');
  await toast(/^Instagram wants @confirming to confirm a login/);
  await page.getByText('Ask the owner to follow the steps in the Instagram app').waitFor();
  await page.locator('.banner').getByText('Instagram wants @confirming to confirm a login').waitFor();
  await page.locator('.timeline').getByText('Owner action required').waitFor();
  stack.simulator.restore('confirming');
  await stack.travel.advance(60_000);
  await press('Check again');
  await toast('Token valid');
  await page.locator('.banner').waitFor({ state: 'detached' });
});

test('a reconnect link is made, stays while the page follows events, and works', async () => {
  const { id } = await stack.connect('linked');
  await open(`/connections/${id}`);
  await press('Create reconnect link');
  const field = page.locator('#link');
  await field.waitFor();
  const url = await field.inputValue();
  await api.post(`/v1/integrations/${id}/pause`);
  await page.getByText('Refresh paused').first().waitFor();
  expect(await field.inputValue()).toBe(url);
  stack.simulator.scriptLogin({ account: 'linked', decision: 'allow' });
  await page.goto(url);
  await page.getByRole('button', { name: 'Continue to Instagram' }).click();
  await page.getByRole('heading', { name: 'Connected' }).waitFor();
});

test('loading a connection that ends soon refreshes it, and says when that fails', async () => {
  const { id } = await stack.connect('ending');
  // Paused until 3 days before the end, so that there are few tries on the way.
  await api.post(`/v1/integrations/${id}/pause`);
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'ending' }, status: 503 });
  await stack.travel.advance(57 * DAY_MS + 12 * HOUR_MS);
  await open(`/connections/${id}`);
  const format = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const until = new Intl.DateTimeFormat('en-GB', { ...format, timeZone: 'Europe/Berlin' }).format(
    (await stack.row(id)).expiresAt!,
  );
  await toast(
    `We could not renew the Instagram connection of @ending. It works until ${until}. Reconnect now to be safe.`,
  );
});

async function conversationsOf(username: string): Promise<string[]> {
  const { rows } = await stack.pool.query<{ id: string }>('select id from integrations where username = $1', [
    username,
  ]);
  const { body } = await api.get(`/v1/integrations/${rows[0]!.id}/conversations`);
  return body.data.map((one: { id: string }) => one.id);
}

test('messages are read and answered, also when Instagram refuses the token underneath', async () => {
  const { id } = await stack.connect('inbox');
  await until(() => stack.events(id).then((types) => types.length > 0));
  await stack.travel.advance(25 * HOUR_MS);
  stack.simulator.receive('inbox', { text: 'Is it in stock?' });
  await open(`/connections/${id}/messages`);
  await page.locator('.conversations a').first().click();
  await page.getByText('Is it in stock?').waitFor();
  // The call, then the look whether the token lives: dead to both, until it is refreshed.
  for (const path of ['/*', '/me'])
    stack.simulator.addFault({
      match: { path, account: 'inbox' },
      times: 1,
      status: 400,
      error: { code: 190 },
    });
  await page.getByLabel('Reply').fill('Yes, it is.');
  await press('Send');
  await page.locator('#composer').getByText('Message sent', { exact: true }).waitFor();
  await page.locator('.thread').getByText('Yes, it is.').waitFor();
  expect((await stack.row(id)).version).toBe(2);
  expect(await stack.events(id)).toContain('messages.viewed');
});

test('overnight the password changes: the messages page says what happened and what to do', async () => {
  const { id } = await stack.connect('overnight');
  // Not in the same minute as others: many deaths at once are taken for trouble of Instagram's, and nobody's. And a token
  // of the first day is looked at three times, some seconds apart.
  await stack.travel.advance(32 * HOUR_MS);
  stack.simulator.invalidate('overnight', 460);
  await open(`/connections/${id}/messages`);
  await page
    .getByText(
      '@overnight changed its Instagram password, which ended this connection. Reconnect to read and send messages again.',
    )
    .waitFor();
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole('link', { name: 'View connection' }).click();
  await press('Copy reconnect link');
  await page.locator('#link').waitFor();
});

test('an API key is made, shown once, and revoked', async () => {
  await open('/settings');
  await page.getByText('New API key').click();
  await page.getByLabel('Name').fill('shop backend');
  await press('Create key');
  await toast(/scopes/);
  await page.getByLabel('read', { exact: true }).check();
  await press('Create key');
  const field = page.locator('#made-key');
  await field.waitFor();
  const key = await field.inputValue();
  expect((await api.as(key).get('/v1/integrations?limit=1')).status).toBe(200);
  // In the window, whatever happens beside it, until it is closed on purpose.
  await until(() => page.evaluate<boolean>('document.querySelector("dialog").matches(":modal")'));
  await page.keyboard.press('Escape');
  await page.evaluate('document.body.dispatchEvent(new Event("changed"))');
  await page.getByText('Programs that use shop backend').waitFor({ state: 'attached' });
  expect(await field.isVisible()).toBe(true);
  expect(await inaccessible(page)).toEqual([]);
  await press("I've copied it");
  await field.waitFor({ state: 'hidden' });
  await open('/settings');
  expect(await page.content()).not.toContain(key);
  await page.getByText('Revoke …').first().click();
  await page.getByText('Programs that use shop backend are refused immediately.').waitFor();
  expect((await api.as(key).get('/v1/integrations?limit=1')).status).toBe(200);
  await press('Revoke shop backend');
  await toast('Key revoked');
  expect((await api.as(key).get('/v1/integrations?limit=1')).status).toBe(401);
});

test('the theme is chosen by its button, and stays', async () => {
  const shown = () => page.evaluate<string>('getComputedStyle(document.documentElement).colorScheme');
  await open('/fleet');
  await press('Theme: system');
  await page.getByRole('button', { name: 'Theme: light' }).waitFor();
  expect(page.url()).toContain('/console/fleet');
  await press('Theme: light');
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
  expect(await shown()).toBe('dark');
  await open('/settings');
  expect(await shown()).toBe('dark');
  expect(await inaccessible(page)).toEqual([]);
});

test('on a phone the filters and the sandbox are folded', async () => {
  await page.setViewportSize({ width: 360, height: 800 });
  await open('/connections');
  expect(await page.getByLabel('Search').isVisible()).toBe(false);
  await page.getByText('Filters', { exact: true }).click();
  await page.getByLabel('Search').waitFor();
  await page.getByText('Sandbox controls').click();
  await page.getByRole('button', { name: '+1 day' }).waitFor();
});

test('several connections are paused at once, and the list says so', async () => {
  const ids = [];
  for (const name of ['many_one', 'many_two']) ids.push((await stack.connect(name)).id);
  await open('/connections?q=many_');
  await page.getByLabel('Select all on this page').check();
  await press('Pause refresh');
  await toast('Paused 2 connections');
  for (const id of ids) await page.locator(`#${id}`).getByText('Refresh paused').waitFor();
  await page.getByLabel('Select @many_one').check();
  await press('Create links');
  await page.getByLabel('@many_one', { exact: true }).waitFor();
  await press("I've copied it");
});

test('what happened earlier is a page further', async () => {
  const { id } = await stack.connect('eventful');
  await tellOften(await stack.row(id), 60);
  const events = page.locator('.timeline li');
  await open(`/connections/${id}`);
  expect(await events.count()).toBe(50);
  await page.getByRole('link', { name: 'Older' }).click();
  await events.getByText(/Connected$/).waitFor();
  expect(await page.getByRole('link', { name: 'Older' }).count()).toBe(0);
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole('link', { name: 'Newest' }).click();
  await page.getByRole('link', { name: 'Older' }).waitFor();
  expect(await events.getByText(/Connected$/).count()).toBe(0);
});

test('a webhook endpoint is added, tested, receives events, and is removed', async () => {
  const consumer = await startConsumer();
  afterwards(() => consumer.stop());
  await open('/settings/webhooks');
  await page.getByText('New webhook endpoint').click();
  await page.getByLabel('Address').fill('http://10.0.0.1/hook');
  await press('Add endpoint');
  await toast(/url/);
  await page.getByLabel('Address').fill(consumer.url);
  await press('Add endpoint');
  await page.locator('#made-secret').waitFor();
  await press("I've copied it");
  await press('Send test event');
  await toast('Test event delivered');
  const { id: told } = await stack.connect('told_of');
  // The log follows what happens, too.
  await page.getByRole('link', { name: consumer.url }).click();
  const log = page.getByRole('region', { name: 'Deliveries' });
  await log.getByText('Delivered').first().waitFor();
  await log.getByText(consumer.url).first().waitFor();
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole('link', { name: 'Failed' }).click();
  await page.getByText('No deliveries').waitFor();
  await page.getByRole('link', { name: 'Show all recipients' }).click();
  await page.getByRole('link', { name: 'All', exact: true }).click();
  const taken = consumer.received.length;
  await page.getByRole('button', { name: 'Redeliver' }).first().click();
  await toast('Redelivery scheduled');
  await until(() => consumer.received.length > taken, { what: 'it came once more' });
  expect(consumer.received.slice(0, taken).map(({ id }) => id)).toContain(consumer.received.at(-1)?.id);
  await tellOften(await stack.row(told), 55);
  await until(async () => (await api.get('/v1/deliveries?limit=200')).body.data.length > 55);
  await open('/settings/deliveries');
  expect(await log.locator('tbody tr').count()).toBe(50);
  await page.getByRole('link', { name: 'Older' }).click();
  await log.getByText('Connected', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Newest' }).waitFor();
  await open('/settings/webhooks');
  await page.getByText('Disable …').click();
  await press('Disable endpoint');
  await page.getByText('Disabled', { exact: true }).waitFor();
  await page.getByText('Remove …').click();
  await press('Remove endpoint');
  await page.getByText('No webhook endpoints yet').waitFor();
});
