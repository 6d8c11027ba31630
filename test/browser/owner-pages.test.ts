import { type Page } from 'playwright-core';
import { HOUR_MS } from '../../core/time';
import { API_KEY, type TestApi } from '../support/api';
import { type Viewer, inaccessible, withoutStatuses } from '../support/browser';
import { useKeyboard } from '../support/keyboard';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';

let pages: Pages;
let stack: Stack;
let api: TestApi;
let viewer: Viewer;
let page: Page;
beforeAll(async () => {
  pages = await startPages();
  ({ stack, api } = pages);
});
beforeEach(async () => {
  viewer = await pages.open();
  page = viewer.page;
});
afterEach(async () => {
  await stack.calm();
  expect(withoutStatuses(viewer.problems)).toEqual([]);
  await viewer.close();
});
afterAll(() => pages.stop());

/** A new integration's link. */
async function newLink(ownerRef = 'owner-1'): Promise<{ id: string; url: string }> {
  const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef });
  return { id: body.integration.id, url: body.connectUrl };
}
async function reconnectLink(id: string): Promise<string> {
  return (await api.post(`/v1/integrations/${id}/connect-links`)).body.url;
}
/** Opens a link and goes on to Instagram, where this account decides. */
async function consent(
  url: string,
  account: string,
  decision: 'allow' | 'deny' = 'allow',
  scopes?: string[],
) {
  if (!stack.simulator.accounts().some(({ username }) => username === account))
    stack.simulator.addAccount({ username: account });
  stack.simulator.scriptLogin({ account, decision, ...(scopes && { scopes }) } as Parameters<
    Stack['simulator']['scriptLogin']
  >[0]);
  await page.goto(url);
  await page.getByRole('button', { name: 'Continue to Instagram' }).click();
}
const heading = (name: string) => page.getByRole('heading', { name }).waitFor();

test('the first page names product and owner, the last says that it worked', async () => {
  const { url } = await newLink('bakery-7');
  await page.goto(url);
  await page.getByText('In Shopdesk this connection belongs to “bakery-7”.').waitFor();
  expect(await inaccessible(page)).toEqual([]);
  await consent(url, 'fresh_shop');
  await heading('Connected');
  expect(await inaccessible(page)).toEqual([]);
});

test('who cancels reads that nothing was changed, and may try again', async () => {
  const { url } = await newLink();
  await consent(url, 'doubtful', 'deny');
  await heading('Connection cancelled');
  expect(await inaccessible(page)).toEqual([]);
  stack.simulator.scriptLogin({ account: 'doubtful', decision: 'allow' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await heading('Connected');
});

test('an owner logged in to the wrong account sees which one, and can log in as another', async () => {
  const { id } = await stack.connect('account_a');
  await consent(await reconnectLink(id), 'account_b');
  await page
    .getByText(
      'You are logged in to Instagram as @account_b. This connection belongs to @account_a. No changes were made.',
    )
    .waitFor();
  expect(await inaccessible(page)).toEqual([]);
  stack.simulator.scriptLogin({ account: 'account_a', decision: 'allow' });
  await page.getByRole('button', { name: 'Switch Instagram account' }).click();
  await heading('Connected');
});

test('an owner who does not allow messages is asked to leave both boxes ticked', async () => {
  const { url } = await newLink();
  await consent(url, 'half_allowed', 'allow', ['instagram_business_basic']);
  await page
    .getByText('You did not allow access to messages. Connect again and keep both permissions turned on.')
    .waitFor();
  expect(await inaccessible(page)).toEqual([]);
  stack.simulator.scriptLogin({ account: 'half_allowed', decision: 'allow' });
  await page.getByRole('button', { name: 'Connect again' }).click();
  await heading('Connected');
});

test("an account of another owner's is not taken", async () => {
  await stack.connect('taken');
  const { url } = await newLink('owner-2');
  await consent(url, 'taken');
  await heading('Account already connected');
  expect(await inaccessible(page)).toEqual([]);
});

test('a link that has been used leads back to the product', async () => {
  const { url } = await newLink();
  await consent(url, 'used_link');
  await heading('Connected');
  await page.goto(url);
  await heading('This link no longer works');
  expect(await page.getByRole('link', { name: 'Back to Shopdesk' }).getAttribute('href')).toBe(
    'https://app.shopdesk.example',
  );
  expect(await inaccessible(page)).toEqual([]);
});

test('while Instagram is down the page says what goes on, and shows the result by itself afterwards', async () => {
  const { url } = await newLink();
  stack.simulator.addFault({
    match: { path: '/oauth/access_token' },
    status: 503,
    forSeconds: HOUR_MS / 2_000,
  });
  await consent(url, 'unlucky');
  await heading('Connecting your account …');
  // It reloads without a script. Nothing is read for long or entered here that this could interrupt.
  const findings = await inaccessible(page);
  expect(findings.filter((finding) => !finding.includes('meta-refresh'))).toEqual([]);
  await stack.travel.advance(HOUR_MS / 2);
  await heading('Connected');
});

test('who has to confirm a login on Instagram chooses Check again when that is done', async () => {
  const { id } = await stack.connect('checkpointed');
  await stack.travel.advance(25 * HOUR_MS);
  stack.simulator.invalidate('checkpointed', 459);
  await api.post(`/v1/integrations/${id}/recheck`);
  await page.goto(await reconnectLink(id));
  await page
    .getByText(
      'Instagram wants @checkpointed to confirm a login. Open Instagram, follow its steps, then choose Check again.',
    )
    .waitFor();
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole('button', { name: 'Check again' }).click();
  await heading('Action still required');
  expect(await inaccessible(page)).toEqual([]);
  stack.simulator.restore('checkpointed');
  // Looks of one version share their answer for 20 seconds.
  await stack.travel.advance(60_000);
  await page.getByRole('button', { name: 'Check again' }).click();
  await heading('Connection restored');
});

describe('the API reference', () => {
  const operation = (id: string) => page.locator(`#${id}`);
  const send = (id: string) => operation(id).getByRole('button', { name: 'Send request' }).click();
  async function openForm(id: string) {
    await page.goto(`${api.url}/docs#${id}`);
    await operation(id).getByText('Try it', { exact: true }).click();
  }
  const enterKey = () => page.getByLabel('API key for Try it').fill(API_KEY);

  test('is accessible in every look, folded and open', async () => {
    await page.goto(`${api.url}/docs`);
    expect(await inaccessible(page)).toEqual([]);
    await page.evaluate(
      'document.querySelectorAll("#reference details").forEach((one) => (one.open = true))',
    );
    expect(await inaccessible(page)).toEqual([]);
  });

  test('is found by keyboard alone, and sends what its form says', async () => {
    const { id } = await newLink();
    const keys = await useKeyboard(page);
    await page.goto(`${api.url}/docs`);
    await keys.press('Skip to the reference');
    await keys.tabTo('API key for Try it');
    await keys.type(API_KEY);
    await keys.key('Tab', '/');
    await keys.rests('Filter operations (press /)');
    await keys.type('get an integration');
    await keys.key('Enter');
    await page.waitForURL(/#getIntegration$/);
    await keys.press('Try it');
    await keys.tabTo('id');
    await keys.type(id);
    await keys.key('Enter');
    const answer = page.getByLabel('Response to getIntegration');
    await answer.getByText(`"id": "${id}"`).waitFor();
    await operation('getIntegration')
      .getByText(/^200 OK · \d+ ms$/)
      .waitFor();
    expect(page.url()).not.toContain(API_KEY);
    expect(
      await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
    ).not.toContain(API_KEY);
    await page.reload();
    expect(await page.getByLabel('API key for Try it').inputValue()).toBe('');
  });

  test('sends bodies and filters, and says what is wrong', async () => {
    await openForm('createIntegration');
    await send('createIntegration');
    await operation('createIntegration').getByText('Enter an API key at the top').waitFor();
    await enterKey();
    await page.locator('#try-createIntegration-body').fill('{');
    await send('createIntegration');
    await operation('createIntegration').getByText('not valid JSON').waitFor();
    const ownerRef = '<img src=x onerror=alert(1)>';
    const body = JSON.stringify({ provider: 'instagram', ownerRef });
    await page.locator('#try-createIntegration-body').fill(body);
    await send('createIntegration');
    await operation('createIntegration').getByRole('status').getByText(/^201/).waitFor();
    expect(await operation('createIntegration').locator('img').count()).toBe(0);
    await operation('listIntegrations').getByText('Try it', { exact: true }).click();
    const field = page.locator('#try-listIntegrations-ownerRef');
    // There it is a character like others.
    await field.press('/');
    expect(await field.inputValue()).toBe('/');
    await field.fill(ownerRef);
    await page.locator('#try-listIntegrations-state').selectOption('pending');
    await send('listIntegrations');
    const listed = page.getByLabel('Response to listIntegrations');
    await listed.getByText('"state": "pending"').waitFor();
    await page.locator('#try-listIntegrations-limit').fill('0');
    await send('listIntegrations');
    await operation('listIntegrations').getByRole('status').getByText(/^400/).waitFor();
    await listed.getByText('"code": "invalid_request"').waitFor();
    await page.route('**/v1/integrations?*', (route) => route.abort());
    await send('listIntegrations');
    await operation('listIntegrations').getByText('No response').waitFor();
    viewer.problems.length = 0;
  });

  test('asks before it destroys', async () => {
    const { id } = await newLink();
    await openForm('disconnectIntegration');
    await enterKey();
    await page.locator('#try-disconnectIntegration-id').fill(id);
    const asked: string[] = [];
    page.once('dialog', async (dialog) => {
      asked.push(dialog.message());
      await dialog.dismiss();
    });
    await send('disconnectIntegration');
    expect(asked[0]).toContain('Disconnect this integration permanently');
    expect((await api.get(`/v1/integrations/${id}`)).body.state).toBe('pending');
    page.once('dialog', (dialog) => dialog.accept());
    await send('disconnectIntegration');
    await operation('disconnectIntegration').getByRole('status').getByText(/^204/).waitFor();
    expect((await api.get(`/v1/integrations/${id}`)).body.state).toBe('disconnected');
  });

  test('filters its contents, which fold on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${api.url}/docs`);
    const link = page.locator('nav').getByRole('link', { name: 'Send a message' });
    expect(await link.isVisible()).toBe(false);
    await page.getByText('Contents').click();
    await page.getByLabel('Filter operations').fill('message send');
    expect(await page.locator('nav [data-find]:visible').count()).toBe(1);
    await page.getByLabel('Filter operations').fill('nonsense');
    await page.getByText('No matching operations').waitFor();
    await page.getByLabel('Filter operations').fill('');
    await link.click();
    await page.waitForURL(/#sendMessage$/);
    expect(await link.isVisible()).toBe(false);
  });

  test('copies an example', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`${api.url}/docs#getToken`);
    await operation('getToken').getByText('Example request').click();
    await operation('getToken').getByRole('button', { name: 'Copy getToken with curl' }).click();
    await operation('getToken').getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('/token');
  });

  test.each([1440, 360])('leaves room around the text that a link led to, %i wide', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${api.url}/docs#getToken`);
    const edges = await page.evaluate<string[]>(
      '(({ left, right }) => [left, right])(getComputedStyle(document.querySelector(":target"), "::before"))',
    );
    for (const edge of edges) expect(parseFloat(edge)).toBeLessThanOrEqual(-16);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  });

  test('can be read without JavaScript', async () => {
    const plain = await pages.open({ javaScriptEnabled: false, viewport: { width: 1440, height: 900 } });
    await plain.page.goto(`${api.url}/docs`);
    await plain.page.locator('nav').getByRole('link', { name: 'Send a message' }).click();
    expect(await plain.page.locator('#sendMessage').getByText('Try it').isVisible()).toBe(false);
    expect(await plain.page.getByLabel('API key for Try it').isVisible()).toBe(false);
    await plain.page.locator('#sendMessage').getByText('Example request').click();
    await plain.page.getByLabel('sendMessage with curl', { exact: true }).waitFor();
    await plain.close();
  });
});
