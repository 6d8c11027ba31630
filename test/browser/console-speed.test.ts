import { type TestApi } from '../support/api';
import { signIn, startConsole } from '../support/console';
import { type Pages, startPages } from '../support/pages';
import { type Stack } from '../support/stack';

const INTEGRATIONS = 10_000;
const MAX_PAGE_KIB = 100;

let pages: Pages;
let stack: Stack;
let api: TestApi;
beforeAll(async () => {
  pages = await startPages({ workers: false, api: startConsole });
  ({ stack, api } = pages);
  await stack.pool.query(
    `insert into integrations (id, provider, app_id, owner_ref, account_id, username, state, grant_no, token_version,
       last_version, issued_at, expires_at, refresh_at, created_at, updated_at)
     select 'int_many' || n, 'instagram', 'app', 'owner-' || n % 900, n::text, 'many_' || n, 'active', 1, 1, 1,
       $1::timestamptz - make_interval(days => n % 50), $1::timestamptz + make_interval(days => 10 + n % 50),
       $1::timestamptz + make_interval(days => n % 46), $1, $1
     from generate_series(1, $2::integer) n`,
    [new Date(stack.simulator.clock.now()), INTEGRATIONS],
  );
  await stack.pool.query(
    `with told as (
       insert into events (id, type, at, integration_id, data)
       select 'evt_many' || n, 'token.refreshed', $1, 'int_many' || n, '{}' from generate_series(1, $2::integer) n
       returning id, seq, integration_id)
     insert into deliveries (id, kind, event_id, event_type, event_seq, integration_id, status, next_attempt_at,
       created_at, ended_at)
     select 'dlv_' || id, 'email', id, 'token.refreshed', seq, integration_id, 'delivered', $1, $1, $1 from told`,
    [new Date(stack.simulator.clock.now()), INTEGRATIONS],
  );
  await stack.pool.query('analyze');
});
afterAll(() => pages.stop());

test.each([
  '',
  '/connections',
  '/connections?q=many_77',
  '/connections?state=active&days=14',
  '/connections?sort=owner&dir=desc&page=20',
  '/connections/int_many1',
  '/fleet',
  '/settings',
  '/settings/deliveries?status=delivered',
])('the page %p weighs under 100 KiB with all that it loads, with 10,000 integrations', async (path) => {
  const { page, close } = await pages.open();
  await signIn(page, api);
  // From here on like a first visit: nothing of what it loads is there already.
  const session = await page.context().newCDPSession(page);
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(`${api.url}/console${path}`, { waitUntil: 'load' });
  const weight = await page.evaluate<number>(
    `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
         .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1024`,
  );
  expect(weight).toBeGreaterThan(5);
  expect(weight).toBeLessThan(MAX_PAGE_KIB);
  const paint = await page.evaluate<number>(
    `new Promise((resolve) => {
       const seen = (list) => list.getEntriesByName('first-contentful-paint').forEach((one) => resolve(one.startTime));
       new PerformanceObserver(seen).observe({ type: 'paint', buffered: true });
     })`,
  );
  const answered = await page.evaluate<number>(
    `performance.getEntriesByType('navigation')[0].responseEnd - performance.getEntriesByType('navigation')[0].requestStart`,
  );
  if (process.env.FIGURES)
    process.stdout.write(
      `${path || '/'} ${weight.toFixed(1)} KiB, answered in ${answered.toFixed(0)} ms, first paint ${paint.toFixed(0)} ms\n`,
    );
  await close();
});
