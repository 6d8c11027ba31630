import { auditFleet } from '../../../activities/fleet/audit';
import { DEFAULT_RETENTION } from '../../../core/fleet/retention-policy';
import { Secret } from '../../../core/access/secret';
import { DAY_MS, MINUTE_MS } from '../../../core/time';
import { API_KEY, type TestApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';
import { until } from '../../support/until';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));

/** The console as somebody with every right sees it. */
async function page(path: string): Promise<string> {
  const browser = api.browser();
  await browser.request('POST', '/console/sign-in', {
    headers: {
      origin: api.url,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ key: API_KEY }).toString(),
  });
  return (await browser.get(path)).body as string;
}

const provider = async () => (await api.get('/v1/fleet')).body.provider;

test('while Instagram does not answer, API and console say so, since when and for how many', async () => {
  expect(await provider()).toMatchObject({ status: 'ok', since: null, failing: 0 });
  const ids: string[] = [];
  for (const name of ['one', 'two', 'three']) ids.push((await stack.connect(name)).id);
  await stack.travel.advance(2 * DAY_MS);
  const since = stack.simulator.clock.now();
  stack.simulator.addFault({ match: {}, status: 503, error: { code: 2 } });
  for (const id of ids) expect((await api.post(`/v1/integrations/${id}/refresh`)).status).toBe(503);
  const down = await until(async () => {
    const found = await provider();
    return found.status === 'down' ? found : null;
  });
  expect(down).toMatchObject({ failing: 3, failedShare: 1 });
  expect(Date.parse(down.since)).toBeGreaterThan(since - 5 * MINUTE_MS);
  const fleet = await page('/console/fleet');
  expect(fleet).toContain('Instagram has been failing since');
  expect(fleet).toContain('100 % of calls · 3 connections affected');
  // A failing connection is no green one.
  expect(await page(`/console/connections/${ids[0]}`)).toContain('class="state warning"');

  stack.simulator.clearFaults();
  for (const id of ids) expect((await api.post(`/v1/integrations/${id}/refresh`)).status).toBe(200);
  stack.simulator.clock.advance(20 * MINUTE_MS);
  await stack.instagram.exchangeCode({ code: new Secret('none'), redirectUri: 'none' }).catch(() => null);
  await until(async () => (await provider()).status === 'ok');
  expect(await page('/console/fleet')).toContain('Instagram is responding');
});

test('the retention of tables is that of the worker that removes their rows', async () => {
  const retentionOf = async (name: string) => {
    const { tables } = (await api.get('/v1/fleet')).body;
    return tables.find((table: { name: string }) => table.name === name).retention;
  };
  await stack.pool.query('delete from audit_runs');
  expect(await retentionOf('events')).toBeNull();
  // Neither the default nor what this API is set to.
  await auditFleet({ ...stack.deps, retention: { ...DEFAULT_RETENTION, events: 100, tokenUses: 3 } });
  expect(await retentionOf('events')).toEqual([
    { days: 30, of: 'message_events' },
    { days: 100, of: null },
  ]);
  expect(await retentionOf('token_uses')).toEqual([{ days: 3, of: null }]);
  expect(await retentionOf('integrations')).toEqual([]);
  expect(Object.keys((await api.get('/v1/fleet')).body.audit.lastResult)).not.toContain('retention');
  expect(await page('/console/fleet')).toContain('<td>30 days (messages), 100 days</td>');
});

test('a key that is limited to owners counts the failing connections of these alone', async () => {
  const { id } = await stack.connect('four');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.addFault({ match: {}, drop: 'before' });
  await api.post(`/v1/integrations/${id}/refresh`);
  await stack.calm();
  const failingFor = async (ownerRef: string) => {
    const wanted = { name: 'theirs', scopes: ['read'], ownerRefs: [ownerRef] };
    const { key } = (await api.post('/v1/api-keys', wanted)).body;
    return (await api.as(key as string).get('/v1/fleet')).body.provider.failing as number;
  };
  expect(await failingFor('owner-1')).toBe(1);
  expect(await failingFor('somebody-else')).toBe(0);
});
