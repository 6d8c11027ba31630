import { type Page } from 'playwright-core';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time';
import { type TestApi } from '../support/api';
import { type Viewer, inaccessible } from '../support/browser';
import { signIn, startConsole } from '../support/console';
import { type HostPage, lookAgain, noteTold, startHostPage, toldBy } from '../support/host-page';
import { type Mailbox, mailerTo, startMailbox } from '../support/mailbox';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';
import { until } from '../support/until';

/** The original incident as people live through it: in the evening all is well, in the morning the token is dead. */

const ADDRESS = 'anna@bakery.example';
const WHAT_HAPPENED =
  '@bakery changed its Instagram password, which ended this connection. Reconnect to read and send messages again.';

let mailbox: Mailbox;
let host: HostPage;
let pages: Pages;
let stack: Stack;
let api: TestApi;
let owner: Viewer;
let operator: Viewer;
beforeAll(async () => {
  [mailbox, host] = await Promise.all([startMailbox(), startHostPage()]);
  pages = await startPages({
    deps: { mailer: mailerTo(mailbox.url) },
    api: (stack) => startConsole(stack, { site: { appOrigins: [host.origin] } }),
  });
  ({ stack, api } = pages);
});
beforeEach(async () => {
  mailbox.mails = [];
  [owner, operator] = await Promise.all([pages.open(), pages.open()]);
  await noteTold(owner.page);
});
afterEach(async () => {
  await stack.calm();
  await Promise.all([owner.close(), operator.close()]);
});
afterAll(async () => {
  await pages.stop();
  await Promise.all([mailbox.stop(), host.stop()]);
});

/** The owner's way through Instagram's own page. */
async function consent(page: Page, account: string) {
  await page.getByRole('button', { name: 'Continue to Instagram' }).click();
  await page.getByRole('radio', { name: `@${account}` }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
}

/** A new integration, and its link. */
async function begin(account: string) {
  stack.simulator.addAccount({ username: account });
  const { body } = await api.post('/v1/integrations', {
    provider: 'instagram',
    ownerRef: account,
    contact: { email: ADDRESS },
  });
  return { id: body.integration.id as string, link: body.connectUrl as string };
}

/** From a link of Evergrant's to its last page, beside the app's own. */
async function connectBy(link: string, account: string) {
  const page = await owner.page.context().newPage();
  await page.goto(link);
  await consent(page, account);
  await page.getByRole('heading', { name: 'Connected', exact: true }).waitFor();
  await page.close();
}

/** The page of the product's own app, as the owner opens it. */
async function openApp(ownerRef: string) {
  const { token } = (await api.post('/v1/embed-tokens', { ownerRef })).body;
  Object.assign(host.embed, { base: api.url, token });
  await owner.page.goto(host.origin);
  await until(async () => (await toldBy(owner.page, 'status')).length > 0, { what: 'the page is told' });
}

const inConsole = (path: string) => operator.page.goto(`${api.url}/console/connections/${path}`);
async function readMessage(id: string, text: string) {
  await inConsole(`${id}/messages`);
  await operator.page.locator('.conversations a').first().click();
  await operator.page.locator('.thread').getByText(text).waitFor();
}
const subjects = () => mailbox.mails.map(({ subject }) => subject);
const linksIn = (text: string) => text.match(/https?:\/\/[^\s"<]+/g) ?? [];

test('a token is invalidated overnight: its owner gets one mail, sees why in the app, and reconnects', async () => {
  const banner = owner.page.locator('evergrant-banner');
  const alert = owner.page.getByRole('alert');
  await signIn(operator.page, api);

  // The owner connects, and for some days all is well.
  const { id, link: first } = await begin('bakery');
  await connectBy(first, 'bakery');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.receive('bakery', { text: 'Is there rye bread tomorrow?' });
  await readMessage(id, 'Is there rye bread tomorrow?');
  await openApp('bakery');
  expect((await toldBy(owner.page, 'status'))[0].integrations).toMatchObject([
    { id, state: 'active', banner: null },
  ]);
  expect((await banner.boundingBox())?.height).toBe(0);

  // At night the password changes, and the app's backend asks for messages.
  await stack.travel.advance(6 * HOUR_MS);
  stack.simulator.invalidate('bakery', 460);
  const refused = await api.get(`/v1/integrations/${id}/conversations`);
  expect([refused.status, refused.body.code]).toEqual([409, 'reconnect_required']);
  await stack.travel.advance(4 * MINUTE_MS);
  expect(subjects()).toEqual([]);
  await stack.travel.advance(5 * HOUR_MS);

  // In the morning there is one mail, with one link.
  expect(subjects()).toEqual(['Shopdesk: the connection to @bakery has ended']);
  const [mail] = mailbox.mails;
  expect([mail!.to].flat()[0]?.text).toBe(ADDRESS);
  expect(mail!.text).toContain('@bakery changed its Instagram password.');
  const [link, ...others] = linksIn(mail!.text!);
  expect(others).toEqual([]);
  expect(linksIn(String(mail!.html))).toEqual([link]);

  // The app says it in red, and tells its own page once, however often it looks.
  await openApp('bakery');
  await alert.getByText(WHAT_HAPPENED, { exact: true }).waitFor();
  await alert.getByRole('button', { name: 'Reconnect', exact: true }).waitFor();
  expect(await inaccessible(owner.page)).toEqual([]);
  const looked = owner.page.waitForResponse((response) => response.url().includes('/v1/integrations?'));
  await lookAgain(owner.page);
  await looked;
  expect(await toldBy(owner.page, 'token-expired')).toMatchObject([
    { account: { username: 'bakery' }, reason: 'password_changed', text: WHAT_HAPPENED },
  ]);

  // So does the console, to whoever looks after the product.
  await inConsole(id);
  await operator.page.locator('.banner').getByText(WHAT_HAPPENED).waitFor();
  await inConsole(`${id}/messages`);
  await operator.page.locator('.banner').getByText(WHAT_HAPPENED).waitFor();

  // The mail's link leads the owner back.
  await connectBy(link!, 'bakery');
  await lookAgain(owner.page);
  await banner.getByText(WHAT_HAPPENED).waitFor({ state: 'detached' });
  expect((await banner.boundingBox())?.height).toBe(0);
  expect((await toldBy(owner.page, 'status')).at(-1).integrations).toMatchObject([
    { id, state: 'active', banner: null },
  ]);
  stack.simulator.receive('bakery', { text: 'And rolls?' });
  await readMessage(id, 'And rolls?');

  // One last mail closes the matter, and no other follows.
  await stack.travel.advance(3 * DAY_MS);
  expect(subjects()).toEqual([
    'Shopdesk: the connection to @bakery has ended',
    'Shopdesk: @bakery is connected again',
  ]);
  expect(await toldBy(owner.page, 'token-expired')).toHaveLength(1);
  expect(owner.problems).toEqual([]);
  expect(operator.problems).toEqual([]);
});

test('a token runs out after days of outage: amber and a mail before, red and a mail after, and the banner leads back', async () => {
  const banner = owner.page.locator('evergrant-banner');
  const { id, link } = await begin('florist');
  await connectBy(link, 'florist');
  const { expiresAt } = await stack.row(id);
  const advanceTo = (left: number) => stack.travel.advance(expiresAt! - left - stack.simulator.clock.now());
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'florist' }, status: 503 });

  await advanceTo(5 * DAY_MS + HOUR_MS);
  await openApp('florist');
  await banner
    .getByRole('status')
    .getByText('Your Instagram token expires in 5 days. Consider reconnecting to avoid disruption.')
    .waitFor();
  await banner.getByText('We are still retrying. No action needed yet.').waitFor();
  expect(subjects()).toEqual(['Shopdesk: the connection to @florist expires in 6 days']);

  // Overnight it ends. For a day it is tried on, but nothing works meanwhile.
  await advanceTo(-6 * HOUR_MS);
  await openApp('florist');
  const text =
    'We could not renew the connection to @florist in time. Reconnect to read and send messages again.';
  await banner.getByRole('alert').getByText(text, { exact: true }).waitFor();
  expect(await inaccessible(owner.page)).toEqual([]);
  expect(await toldBy(owner.page, 'token-expired')).toEqual([]);
  await advanceTo(-25 * HOUR_MS);
  await openApp('florist');
  await banner.getByRole('alert').getByText(text, { exact: true }).waitFor();
  // It read the same before, so the text alone does not say that this page has asked already.
  await until(async () => (await toldBy(owner.page, 'token-expired')).length > 0);
  expect(await toldBy(owner.page, 'token-expired')).toMatchObject([{ reason: 'lifetime_elapsed', text }]);
  expect(subjects().slice(1)).toEqual(['Shopdesk: the connection to @florist has ended']);
  expect(mailbox.mails[1]!.text).toContain('You did nothing wrong.');

  // Instagram answers again, and the owner follows the banner.
  await stack.calm();
  await banner.getByRole('button', { name: 'Reconnect', exact: true }).click();
  await consent(owner.page, 'florist');
  await owner.page.waitForURL(
    (url) => url.origin === host.origin && url.searchParams.get('result') === 'connected',
  );
  await until(async () => (await toldBy(owner.page, 'status')).length > 0, { what: 'the page is told' });
  expect((await toldBy(owner.page, 'status'))[0].integrations).toMatchObject([
    { id, state: 'active', banner: null },
  ]);
  expect((await banner.boundingBox())?.height).toBe(0);
  await stack.travel.advance(HOUR_MS);
  expect(subjects().slice(2)).toEqual(['Shopdesk: @florist is connected again']);
  expect(owner.problems).toEqual([]);
});
