import { type Page } from 'playwright-core';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { type TestApi, startApi } from '../support/api';
import { type Viewer, inaccessible } from '../support/browser';
import { type HostPage, lookAgain, noteTold, startHostPage, toldBy } from '../support/host-page';
import { type Pages, startPages } from '../support/pages';
import { startProgram } from '../support/program';
import { type Stack } from '../support/stack';
import { until } from '../support/until';

/** Counts what the banner asks. */
const COUNT = `window.questions = { asked: 0, open: 0 };
  const ask = window.fetch;
  window.fetch = async (...question) => {
    questions.asked += 1;
    questions.open += 1;
    try {
      const answer = await ask(...question);
      const read = answer.json.bind(answer);
      answer.json = () => read().finally(() => (questions.open -= 1));
      return answer;
    } catch (error) {
      questions.open -= 1;
      throw error;
    }
  };`;

let pages: Pages;
let stack: Stack;
let api: TestApi;
let host: HostPage;
let stranger: HostPage;
/** Those whose pages may ask. */
const origins: string[] = [];
let viewer: Viewer;
let page: Page;
/** Addresses that were asked for, with their methods. */
let asked: string[];
beforeAll(async () => {
  [host, stranger] = await Promise.all([startHostPage(), startHostPage()]);
  origins.push(host.origin);
  pages = await startPages({ api: (stack) => startApi(stack, { site: { appOrigins: origins } }) });
  ({ stack, api } = pages);
});
beforeEach(async () => {
  viewer = await pages.open();
  page = viewer.page;
  await noteTold(page);
  await page.addInitScript(COUNT);
  asked = [];
  page.on('request', (request) => {
    asked.push(`${request.method()} ${request.url()}`);
  });
  // Not in the same minute as others: many deaths at once are taken for trouble of Instagram's.
  await stack.travel.advance(8 * HOUR_MS);
});
afterEach(async () => {
  await stack.calm();
  expect(asked.filter((address) => address.includes('evge_'))).toEqual([]);
  expect(viewer.problems).toEqual([]);
  await viewer.close();
});
afterAll(async () => {
  await pages.stop();
  await Promise.all([host.stop(), stranger.stop()]);
});

/** A connected account of an owner of the same name. */
async function connect(name: string) {
  const row = await stack.connect(name);
  await api.patch(`/v1/integrations/${row.id}`, { ownerRef: name });
  return { id: row.id, expiresAt: row.expiresAt! };
}

const tokenFor = async (ownerRef: string): Promise<string> =>
  (await api.post('/v1/embed-tokens', { ownerRef })).body.token;

async function open(ownerRef: string, at = host, kind: 'classic' | 'module' = 'classic') {
  Object.assign(at.embed, { base: api.url, token: await tokenFor(ownerRef), kind });
  await page.goto(at.origin);
}

const told = (name: string) => toldBy(page, name);
const once = (name: string) => until(async () => (await told(name))[0], { what: `${name} is told` });
const questions = () => page.evaluate<number>('questions.asked');
/** All that the banner asked so far is answered, and it has done with the answers what it does. */
const allAnswered = () =>
  until(() => page.evaluate<boolean>('questions.open === 0'), { what: 'all is answered' });
const banners = () => page.locator('evergrant-banner [part~=banner]');
const button = (name: string) => page.getByRole('button', { name, exact: true });

/** The browser notes answers that are no success, whoever expects them. */
function expectProblem(pattern: RegExp) {
  expect(viewer.problems.filter((problem) => !pattern.test(problem))).toEqual([]);
  expect(viewer.problems.length).toBeGreaterThan(0);
  viewer.problems.length = 0;
}

test('a healthy connection shows no banner, but the page gets its status', async () => {
  const { id, expiresAt } = await connect('fine');
  await open('fine', host, 'module');
  expect(await once('status')).toEqual({
    integrations: [
      {
        id,
        account: { id: expect.any(String), username: 'fine' },
        state: 'active',
        usable: true,
        expiresAt: new Date(expiresAt).toISOString(),
        banner: null,
      },
    ],
  });
  expect(await banners().count()).toBe(0);
  expect((await page.locator('evergrant-banner').boundingBox())?.height).toBe(0);
  expect(asked.filter((one) => one.includes('ensure-fresh'))).toEqual([]);
});

test('amber within 7 days with a calm note; within 3 days a refresh is tried, and its failure reported', async () => {
  const { id, expiresAt } = await connect('amber');
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'amber' }, status: 503 });
  await stack.travel.advance(expiresAt - 5 * DAY_MS - HOUR_MS / 2 - stack.simulator.clock.now() + HOUR_MS);
  await open('amber');
  const banner = page.getByRole('status');
  await banner
    .getByText('Your Instagram token expires in 4 days. Consider reconnecting to avoid disruption.', {
      exact: true,
    })
    .waitFor();
  await banner.getByText('We are still retrying. No action needed yet.', { exact: true }).waitFor();
  await banner.getByText('@amber', { exact: true }).waitFor();
  expect(await button('Reconnect').count()).toBe(1);
  expect(await button('Check again').count()).toBe(0);
  expect(await inaccessible(page)).toEqual([]);
  expect(await told('refresh-failed')).toEqual([]);

  await stack.travel.advance(2 * DAY_MS);
  await open('amber');
  const format = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const when = new Intl.DateTimeFormat('en-GB', { ...format, timeZone: 'Europe/Berlin' }).format(expiresAt);
  expect(await once('refresh-failed')).toEqual({
    account: { id: expect.any(String), username: 'amber' },
    text: `We could not renew the Instagram connection of @amber. It works until ${when}. Reconnect now to be safe.`,
  });
  await banner.getByText('expires in 2 days').waitFor();
  expect(await page.getByText('We are still retrying').count()).toBe(0);
  expectProblem(/503/);

  await stack.calm();
  await stack.travel.advance(12 * HOUR_MS);
  await open('amber');
  expect((await once('status')).integrations[0]).toMatchObject({ id, state: 'active', banner: null });
  expect(await banners().count()).toBe(0);
});

test('red after a change of password, until the owner has reconnected', async () => {
  const { id } = await connect('red');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('red', 460);
  expect((await api.post(`/v1/integrations/${id}/recheck`)).body.outcome).toBe('expired');
  await open('red');
  const text =
    '@red changed its Instagram password, which ended this connection. Reconnect to read and send messages again.';
  await page.getByRole('alert').getByText(text, { exact: true }).waitFor();
  expect(await inaccessible(page)).toEqual([]);
  expect(await once('token-expired')).toEqual({
    account: { id: expect.any(String), username: 'red' },
    reason: 'password_changed',
    text,
    reconnectUrl: expect.stringContaining(`${api.url}/connect/`),
  });
  const before = await questions();
  await lookAgain(page);
  await allAnswered();
  expect(await questions()).toBe(before + 1);
  expect(await told('token-expired')).toHaveLength(1);
  expect(await told('status')).toHaveLength(1);

  // By keyboard alone.
  await button('Reconnect').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Continue to Instagram' }).click();
  await page.getByRole('radio', { name: '@red' }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(
    ({ origin, searchParams }) => origin === host.origin && searchParams.get('result') === 'connected',
  );
  expect((await once('status')).integrations[0]).toMatchObject({ state: 'active', banner: null });
  expect(await banners().count()).toBe(0);
});

test('a banner that turns from amber to red goes where it is read aloud at once, and keeps the focus', async () => {
  const { id, expiresAt } = await connect('turning');
  await api.post(`/v1/integrations/${id}/pause`);
  await stack.travel.advance(expiresAt - 5 * DAY_MS - stack.simulator.clock.now());
  // Held back until the regions were seen: only what stands empty before its words come is read aloud for sure.
  let mayAnswer = () => {};
  const held = new Promise<void>((resolve) => (mayAnswer = resolve));
  await page.route('**/v1/integrations?*', async (route) => {
    await held;
    await route.continue();
  });
  await open('turning');
  const [calm, urgent] = [page.getByRole('status'), page.getByRole('alert')];
  const regions = await Promise.all([calm, urgent].map((one) => one.elementHandle()));
  const texts = () => Promise.all(regions.map((one) => one!.evaluate((node) => node.textContent)));
  expect(await texts()).toEqual(['', '']);
  mayAnswer();
  await calm.getByText('Your Instagram token expires in', { exact: false }).waitFor();
  // It is paused, so nothing is tried.
  expect(await texts()).toEqual([expect.not.stringContaining('We are still retrying'), '']);
  await button('Reconnect').focus();

  stack.simulator.invalidate('turning', 460);
  await api.post(`/v1/integrations/${id}/recheck`);
  await lookAgain(page);
  await urgent.getByText('@turning changed its Instagram password').waitFor();
  expect(await texts()).toEqual(['', expect.stringContaining('@turning')]);
  await urgent.locator('button:focus').waitFor();
  expect(await banners().count()).toBe(1);
});

test('the buttons are those that the server names, in its words and order', async () => {
  await connect('worded');
  await page.route('**/v1/integrations?*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    body.data[0].banner = {
      level: 'warning',
      cause: 'service',
      text: 'Something is to be done.',
      note: null,
      actions: [
        { kind: 'reconnect', label: 'Neu verbinden' },
        { kind: 'sing', label: 'Sing' },
        { kind: 'check_again', label: 'Noch einmal nachsehen' },
      ],
    };
    await route.fulfill({ response: answer, json: body });
  });
  await open('worded');
  await banners().waitFor();
  const buttons = page.locator('evergrant-banner button');
  expect(await buttons.allTextContents()).toEqual(['Neu verbinden', 'Noch einmal nachsehen']);
  const rechecked = page.waitForResponse((response) => response.url().endsWith('/recheck'));
  await button('Noch einmal nachsehen').click();
  expect((await rechecked).status()).toBe(200);
});

test('where the server does not know the time zone of the reader, it is asked without', async () => {
  const { id, expiresAt } = await connect('afar');
  // Due for the page, and not noticed by its own lifecycle.
  await api.post(`/v1/integrations/${id}/pause`);
  await stack.travel.advance(expiresAt - 3 * DAY_MS - MINUTE_MS - stack.simulator.clock.now());
  stack.simulator.clock.advance(2 * MINUTE_MS);
  await page.addInitScript(
    `Intl.DateTimeFormat.prototype.resolvedOptions = () => ({ timeZone: 'Mars/Olympus_Mons' });`,
  );
  const bodies: unknown[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/ensure-fresh')) bodies.push(request.postDataJSON());
  });
  const taken = page.waitForResponse(
    (response) => response.url().endsWith('/ensure-fresh') && response.status() === 200,
  );
  await open('afar');
  await taken;
  expect(bodies).toEqual([{ timeZone: 'Mars/Olympus_Mons' }, null]);
  expectProblem(/400/);
});

test('where the check cannot be answered now, the next look asks again', async () => {
  const { id, expiresAt } = await connect('held_up');
  await api.post(`/v1/integrations/${id}/pause`);
  await stack.travel.advance(expiresAt - 3 * DAY_MS - MINUTE_MS - stack.simulator.clock.now());
  stack.simulator.clock.advance(2 * MINUTE_MS);
  const refusals = [
    { status: 503, body: JSON.stringify({ code: 'recovery_pending' }) },
    { status: 429, body: JSON.stringify({ code: 'rate_limited' }) },
  ];
  await page.route('**/ensure-fresh', async (route) => {
    const refusal = route.request().method() === 'POST' ? refusals.shift() : undefined;
    await (refusal
      ? route.fulfill({ ...refusal, headers: { 'access-control-allow-origin': host.origin } })
      : route.continue());
  });
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/ensure-fresh') && response.status() === 200,
  );
  await open('held_up');
  await once('status');
  for (let left = 1; left >= 0; left--) {
    await until(() => refusals.length === left, { what: 'it is refused' });
    await allAnswered();
    await lookAgain(page);
  }
  await answered;
  expect(await told('refresh-failed')).toEqual([]);
  expectProblem(/503|429/);
});

test('while Instagram waits for the owner, they choose Check again', async () => {
  const { id } = await connect('held');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('held', 490);
  await api.post(`/v1/integrations/${id}/recheck`);
  expect((await stack.row(id)).state).toBe('recovering');
  await open('held');
  await page
    .getByRole('alert')
    .getByText(
      'Instagram wants @held to confirm a login. Open Instagram, follow its steps, then choose Check again.',
      { exact: true },
    )
    .waitFor();
  expect(await inaccessible(page)).toEqual([]);
  const rechecked = page.waitForResponse((response) => response.url().endsWith('/recheck'));
  await button('Check again').press('Enter');
  await rechecked;
  await page.locator('evergrant-banner button:focus:not([aria-disabled])').waitFor();
  // Those who ask in the same second share one answer.
  stack.simulator.clock.advance(2 * SECOND_MS);
  stack.simulator.restore('held');
  await button('Check again').click();
  await banners().waitFor({ state: 'detached', timeout: 30_000 });
  expect((await stack.row(id)).state).toBe('active');
});

test('it looks again every minute and when the page is seen again, backs off, and stops when it is removed', async () => {
  const { id } = await connect('watched');
  await page.clock.install();
  await open('watched');
  await once('status');
  await api.delete(`/v1/integrations/${id}`);
  await page.clock.runFor(70_000);
  await until(async () => (await told('status')).at(-1).integrations[0].state === 'disconnected');

  const before = await questions();
  await lookAgain(page);
  expect(await questions()).toBe(before + 1);

  // Minutes pass, and each failure makes the next wait longer.
  await page.route('**/v1/integrations?*', (route) => route.fulfill({ status: 500, body: '' }));
  const failing = await questions();
  for (let minute = 0; minute < 30; minute += 1) {
    await page.clock.runFor(MINUTE_MS);
    await allAnswered();
  }
  expect((await questions()) - failing).toBeGreaterThan(2);
  expect((await questions()) - failing).toBeLessThan(7);
  expect(viewer.problems.filter((problem) => !/500|CORS|ERR_FAILED/.test(problem))).toEqual([]);
  viewer.problems.length = 0;

  await page.evaluate('document.querySelector("evergrant-banner").remove()');
  const removed = await questions();
  await page.clock.runFor(60 * MINUTE_MS);
  expect(await questions()).toBe(removed);
});

test('a refused or old embed token is replaced on request, and the banner starts over with the new one', async () => {
  await connect('renewed');
  await page.clock.install();
  await open('renewed');
  await once('status');
  expect(await told('token-needed')).toEqual([]);
  // Not minute by minute: the page's time must not run ahead of the answers that it waits for.
  await page.clock.fastForward(56 * MINUTE_MS);
  await once('token-needed');

  stack.simulator.clock.advance(HOUR_MS);
  await until(
    async () => {
      await page.clock.fastForward(70_000);
      return (await told('token-needed')).length === 2;
    },
    { everyMs: 300, timeoutMs: 30_000 },
  );
  const set = (token: string) =>
    page.evaluate(`document.querySelector('evergrant-banner').setAttribute('token', '${token}')`);
  const answered = async (act: () => Promise<unknown>) => {
    const answer = page.waitForResponse((response) => response.request().method() === 'GET');
    await act();
    await page.clock.runFor(100);
    return (await answer).status();
  };
  // One bad token after another does not make the two of them busy.
  expect(await answered(() => set('evge_bad'))).toBe(401);
  expect(await told('token-needed')).toHaveLength(2);
  await page.clock.runFor(5 * MINUTE_MS);
  await until(async () => (await told('token-needed')).length === 3);
  const fresh = await tokenFor('renewed');
  expect(await answered(() => set(fresh))).toBe(200);
  await until(async () => (await told('status')).length === 2);
  expectProblem(/401/);
});

test('a page of an origin that is not listed shows nothing', async () => {
  const { id } = await connect('unlisted');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('unlisted', 460);
  await api.post(`/v1/integrations/${id}/recheck`);
  const failed = page.waitForEvent('requestfailed');
  await open('unlisted', stranger);
  await failed;
  expect(await banners().count()).toBe(0);
  expect(await page.evaluate('window.told')).toEqual([]);
  await until(() => viewer.problems.length > 1);
  expectProblem(/CORS|ERR_FAILED/);
});

test('the plain example gets its token by itself, and shows the banner and a toast', async () => {
  const { id } = await connect('exemplary');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('exemplary', 460);
  await api.post(`/v1/integrations/${id}/recheck`);
  const { key } = (await api.post('/v1/api-keys', { name: 'example', scopes: ['operate'] })).body;
  const example = startProgram('examples/plain/server.js', [], {
    EVERGRANT_URL: api.url,
    EVERGRANT_KEY: key,
    OWNER_REF: 'exemplary',
    PORT: '0',
  });
  const url = (await example.line()).replace('Listening on ', '');
  origins.push(url);
  await page.goto(url);
  await page.getByRole('alert').getByText('@exemplary changed its Instagram password').waitFor();
  await page.locator('#toasts').getByText('@exemplary changed its Instagram password').waitFor();
  expect(await inaccessible(page)).toEqual([]);
  await button('Dismiss').click();
  await page.locator('.toast').waitFor({ state: 'detached' });
  example.kill('SIGTERM');
  await example.ended;
});
