import { type Page } from 'playwright-core';
import { DAY_MS } from '../../core/time';
import { type TestApi } from '../support/api';
import { type Viewer, inaccessible, withoutStatuses } from '../support/browser';
import { type Mailbox, mailerTo, startMailbox } from '../support/mailbox';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';

const OWNER = 'owner@shop.example';
let mailbox: Mailbox;
let pages: Pages;
let stack: Stack;
let api: TestApi;
let viewer: Viewer;
let page: Page;
beforeAll(async () => {
  mailbox = await startMailbox();
  pages = await startPages({ deps: { mailer: mailerTo(mailbox.url) } });
  ({ stack, api } = pages);
});
beforeEach(async () => {
  mailbox.mails = [];
  mailbox.refuse = () => null;
  viewer = await pages.open();
  page = viewer.page;
});
afterEach(async () => {
  expect(withoutStatuses(viewer.problems)).toEqual([]);
  await viewer.close();
});
afterAll(async () => {
  await pages.stop();
  await mailbox.stop();
});

const RETURN_TO = 'https://app.shopdesk.example/settings';
/** A link whose day is over. */
async function oldLink(contact: string | null = OWNER): Promise<{ id: string; url: string }> {
  const { body } = await api.post('/v1/integrations', {
    provider: 'instagram',
    ownerRef: 'owner-1',
    ...(contact && { contact: { email: contact } }),
  });
  const { id } = body.integration;
  const { url } = (await api.post(`/v1/integrations/${id}/connect-links`, { returnTo: RETURN_TO })).body;
  stack.simulator.clock.advance(2 * DAY_MS);
  return { id, url };
}
const heading = (name: string) => page.getByRole('heading', { name }).waitFor();
const ask = () => page.getByRole('button', { name: 'Send me a new link' });

test('an outdated link gets its owner a new one by mail, which leads where the old one led', async () => {
  const { id, url } = await oldLink();
  await page.goto(url);
  await heading('This link no longer works');
  expect(await inaccessible(page)).toEqual([]);
  await ask().click();
  await heading('Check your email');
  expect(await inaccessible(page)).toEqual([]);
  expect(await page.content()).not.toContain(OWNER);

  const [mail] = mailbox.mails;
  expect(mailbox.mails).toHaveLength(1);
  expect(mail).toMatchObject({ subject: 'Shopdesk: a new link to connect your account' });
  expect([mail?.to].flat()[0]?.text).toBe(OWNER);
  const links = String(mail?.text).match(/https?:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  expect(links[0]).not.toBe(url);
  stack.simulator.addAccount({ username: 'late_shop' });
  stack.simulator.scriptLogin({ account: 'late_shop', decision: 'allow' });
  await page.goto(links[0] ?? '');
  const back = page.waitForRequest((request) => request.url().startsWith(RETURN_TO));
  await page.getByRole('button', { name: 'Continue to Instagram' }).click();
  expect(new URL((await back).url()).search).toBe(`?integrationId=${id}&result=connected`);
});

test('who asks again and again fills no mailbox, and reads the same', async () => {
  const { url } = await oldLink();
  for (let times = 0; times < 5; times++) {
    await page.goto(url);
    await ask().click();
    await heading('Check your email');
  }
  expect(mailbox.mails).toHaveLength(3);
});

test('a mail that could not be sent is reported, does not count, and is retried', async () => {
  const { url } = await oldLink();
  mailbox.refuse = () => ({ code: 451, text: `${OWNER} is busy` });
  await page.goto(url);
  await ask().click();
  for (let times = 0; times < 3; times++) {
    await heading('The email could not be sent');
    await page.getByRole('button', { name: 'Try again' }).click();
  }
  await heading('The email could not be sent');
  expect(await inaccessible(page)).toEqual([]);
  expect(await page.content()).not.toContain(OWNER);
  mailbox.refuse = () => null;
  await page.getByRole('button', { name: 'Try again' }).click();
  await heading('Check your email');
  expect(mailbox.mails).toHaveLength(1);
});

test('no mail is sent without an address, by a forged link, or about a disconnected connection', async () => {
  const { url: unreachable } = await oldLink(null);
  const { id, url: disconnected } = await oldLink();
  const forged = disconnected.replace(
    /\.(.)([^.]*)$/,
    (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`,
  );
  await api.delete(`/v1/integrations/${id}`);
  for (const link of [unreachable, disconnected, forged]) {
    await page.goto(link);
    await heading('This link no longer works');
    expect(await ask().count()).toBe(0);
    await page.getByRole('link', { name: 'Back to Shopdesk' }).waitFor();
    const { status, body } = await api.browser().request('POST', `${link}/new-link`);
    expect(status).toBe(410);
    expect(body).toContain('This link no longer works');
  }
  expect(mailbox.mails).toEqual([]);
});
