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

const ACCOUNT = 'bakery';
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
  [owner, operator] = await Promise.all([pages.open(), pages.open()]);
});
afterAll(async () => {
  await pages.stop();
  await Promise.all([mailbox.stop(), host.stop()]);
});

/** The owner's way through Instagram, from a link of Evergrant's to its last page, beside the app's own. */
async function connectBy(link: string) {
  const page = await owner.page.context().newPage();
  await page.goto(link);
  await page.getByRole('button', { name: 'Continue to Instagram' }).click();
  await page.getByRole('radio', { name: `@${ACCOUNT}` }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Connected', exact: true }).waitFor();
  await page.close();
}

/** The page of the product's own app, as the owner opens it. */
async function openApp() {
  const { token } = (await api.post('/v1/embed-tokens', { ownerRef: 'bakery-7' })).body;
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

test('a token dies overnight: its owner is told by one mail, sees why in the app, reconnects, and all is well', async () => {
  const banner = owner.page.locator('evergrant-banner');
  const alert = owner.page.getByRole('alert');
  await noteTold(owner.page);
  await signIn(operator.page, api);

  // The owner connects, and for some days all is well.
  stack.simulator.addAccount({ username: ACCOUNT });
  const { integration, connectUrl } = (
    await api.post('/v1/integrations', {
      provider: 'instagram',
      ownerRef: 'bakery-7',
      contact: { email: ADDRESS },
    })
  ).body;
  const { id } = integration;
  await connectBy(connectUrl);
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.receive(ACCOUNT, { text: 'Is there rye bread tomorrow?' });
  await readMessage(id, 'Is there rye bread tomorrow?');
  await openApp();
  expect((await toldBy(owner.page, 'status'))[0].integrations).toMatchObject([
    { id, state: 'active', banner: null },
  ]);
  expect((await banner.boundingBox())?.height).toBe(0);

  // At night the password changes, and the app's backend asks for messages.
  await stack.travel.advance(6 * HOUR_MS);
  stack.simulator.invalidate(ACCOUNT, 460);
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
  await openApp();
  await alert.getByText(WHAT_HAPPENED, { exact: true }).waitFor();
  await alert.getByRole('button', { name: 'Reconnect', exact: true }).waitFor();
  expect(await inaccessible(owner.page)).toEqual([]);
  const looked = owner.page.waitForResponse((response) => response.url().includes('/v1/integrations?'));
  await lookAgain(owner.page);
  await looked;
  expect(await toldBy(owner.page, 'token-expired')).toMatchObject([
    { account: { username: ACCOUNT }, reason: 'password_changed', text: WHAT_HAPPENED },
  ]);

  // So does the console, to whoever looks after the product.
  await inConsole(id);
  await operator.page.locator('.banner').getByText(WHAT_HAPPENED).waitFor();
  await inConsole(`${id}/messages`);
  await operator.page.locator('.banner').getByText(WHAT_HAPPENED).waitFor();

  // The mail's link leads the owner back.
  await connectBy(link!);
  await lookAgain(owner.page);
  await banner.getByText(WHAT_HAPPENED).waitFor({ state: 'detached' });
  expect((await banner.boundingBox())?.height).toBe(0);
  expect((await toldBy(owner.page, 'status')).at(-1).integrations).toMatchObject([
    { id, state: 'active', banner: null },
  ]);
  stack.simulator.receive(ACCOUNT, { text: 'And rolls?' });
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
