import { type ConsoleUser } from '../../../http/console/session';
import { type News, createLivePages } from '../../../http/console/live-pages';
import { API_KEY, type TestApi, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';
import { afterwards } from '../../support/temporary-folder';
import { until } from '../../support/until';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), { workers: false });

describe('places for open pages', () => {
  const user = (session: string, keyId: string, more: Partial<ConsoleUser> = {}): ConsoleUser => ({
    name: keyId,
    actor: { kind: 'console_user', id: keyId, name: keyId, user: null, address: null },
    session,
    keyId,
    scopes: new Set(['admin']),
    ownerRefs: null,
    isEmbed: false,
    line: { generation: 1, endsAt: null, limitedBy: null },
    ...more,
  });
  /** One who is limited to an owner, with a key that came of `limitedBy`. */
  const limited = (session: string, keyId: string, limitedBy: string) =>
    user(session, keyId, { ownerRefs: ['a'], line: { generation: 2, endsAt: null, limitedBy } });
  const ignore = () => undefined;
  const limitOf = (work: () => unknown) => {
    try {
      work();
      return null;
    } catch (error) {
      return (error as { more: { limitOf: string } }).more.limitOf;
    }
  };

  test('the oldest page of a session makes room for the newest, and is told', () => {
    const { open, pages } = createLivePages();
    const told: string[] = [];
    for (const name of ['1', '2', '3', '4', '5', '6', '7'])
      open(user('s', 'k'), (news) => told.push(`${name} ${news}`));
    expect(told).toEqual(['1 replaced', '2 replaced']);
    expect(pages.size).toBe(5);
  });

  test('a key has its own number, over all its sessions; another key is not affected', () => {
    const { open } = createLivePages({ perSession: 5, perKey: 3, limitedToOwners: 9, all: 9 });
    const close = open(user('s0', 'k'), ignore);
    for (const session of ['s1', 's2']) open(user(session, 'k'), ignore);
    expect(limitOf(() => open(user('s3', 'k'), ignore))).toBe('key');
    expect(limitOf(() => open(user('s4', 'other'), ignore))).toBeNull();
    close();
    expect(limitOf(() => open(user('s3', 'k'), ignore))).toBeNull();
  });

  test('keys that came of one limited to owners share its number', () => {
    const { open } = createLivePages({ perSession: 5, perKey: 3, limitedToOwners: 9, all: 9 });
    for (const key of ['k1', 'k2', 'k3']) open(limited(key, key, 'k1'), ignore);
    expect(limitOf(() => open(limited('s', 'k4', 'k1'), ignore))).toBe('key');
    expect(limitOf(() => open(limited('s', 'k5', 'k5'), ignore))).toBeNull();
  });

  test('all who are limited to owners together leave room for the others', () => {
    const { open } = createLivePages({ perSession: 5, perKey: 3, limitedToOwners: 4, all: 6 });
    for (const key of ['k1', 'k2', 'k3', 'k4']) open(limited(key, key, key), ignore);
    expect(limitOf(() => open(limited('s', 'k5', 'k5'), ignore))).toBe('service');
    for (const session of ['o1', 'o2']) open(user(session, 'operator'), ignore);
    expect(limitOf(() => open(user('o3', 'operator'), ignore))).toBe('service');
  });

  test('users whom a proxy signs in are counted one by one', () => {
    const { open } = createLivePages({ perSession: 2, perKey: 2, limitedToOwners: 9, all: 9 });
    const told: News[] = [];
    for (const name of ['ada', 'ada', 'ada', 'bob', 'bob'])
      open(user(`proxy/${name}`, 'proxy'), (news) => told.push(news));
    expect(told).toEqual(['replaced']);
  });
});

/** What an open page is told, until the server or the test ends it. */
function listen(at: TestApi, cookies: Record<string, string>) {
  const leave = new AbortController();
  const page = { text: '', status: 0, over: false, leave: () => leave.abort() };
  void (async () => {
    const response = await fetch(`${at.url}/console/live`, { headers: cookies, signal: leave.signal });
    page.status = response.status;
    for await (const chunk of response.body!) page.text += Buffer.from(chunk).toString();
  })()
    .catch(() => undefined)
    .finally(() => (page.over = true));
  return page;
}

async function signedIn(at: TestApi, key = API_KEY) {
  const browser = at.browser();
  const headers = { origin: at.url, 'content-type': 'application/x-www-form-urlencoded' };
  await browser.request('POST', '/console/sign-in', {
    headers,
    body: new URLSearchParams({ key }).toString(),
  });
  return browser;
}

test('pages of a session follow events; its oldest is told that it was replaced, and ends', async () => {
  const { id } = await stack.connect('followed', { start: false });
  const browser = await signedIn(api);
  const pages = [];
  for (let count = 0; count < 6; count++) {
    const page = listen(api, browser.cookies());
    pages.push(page);
    await until(() => page.status === 200);
  }
  const [oldest, ...others] = pages;
  await until(() => oldest!.over);
  expect(oldest!.text).toMatch(/event: replaced\ndata: ?\n\n$/);
  await api.post(`/v1/integrations/${id}/pause`);
  await api.delete(`/v1/integrations/${id}`);
  await until(() => others.every(({ text }) => text.includes('event: changed')));
  expect(others.some(({ over }) => over)).toBe(false);
  for (const page of others) page.leave();
});

test('a session that ended is told nothing more', async () => {
  const browser = await signedIn(api);
  const page = listen(api, browser.cookies());
  await until(() => page.status === 200);
  const { data } = (await api.get('/v1/console-sessions')).body;
  await api.delete(`/v1/console-sessions/${data[0].id}`);
  await until(() => page.over, { timeoutMs: 20_000 });
  expect(page.text).not.toContain('replaced');
});

test('many open pages cost one query a second, and one look at each session in five', async () => {
  const counted = { events: 0, sessions: 0, other: [] as string[] };
  const pool = new Proxy(stack.pool, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
      return (text: string, values: unknown[]) => {
        if (/from events/.test(text)) counted.events += 1;
        else if (/sessions/.test(text)) counted.sessions += 1;
        else counted.other.push(text);
        return target.query(text, values);
      };
    },
  });
  const at = await startApi(stack, { pool });
  afterwards(() => at.stop());
  const browsers = [];
  for (let count = 0; count < 4; count++) browsers.push(await signedIn(at));
  const pages = browsers.flatMap((browser) => [1, 2, 3, 4, 5].map(() => listen(at, browser.cookies())));
  await until(() => pages.every(({ status }) => status === 200));
  Object.assign(counted, { events: 0, sessions: 0, other: [] });
  // A tick without any event: five seconds.
  const ticks = ({ text }: { text: string }) => text.match(/event: changed/g)?.length ?? 0;
  const before = Math.max(...pages.map(ticks));
  await until(() => pages.every((page) => ticks(page) >= before + 1), { timeoutMs: 30_000 });
  expect(counted.other).toEqual([]);
  expect(counted.events).toBeLessThanOrEqual(9);
  expect(counted.sessions).toBeLessThanOrEqual(2 * browsers.length);
  for (const page of pages) page.leave();
});
