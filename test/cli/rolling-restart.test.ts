import { Client } from 'pg';
import {
  type Answer,
  type Installation,
  type Started,
  ask,
  createInstallation,
  takeOver,
} from '../support/installation';
import { until } from '../support/until';

const RESTARTS = 4;
const names = (kind: string, count: number) => Array.from({ length: count }, (_, n) => `${kind}.${n}`);

/** A client of both APIs in turn. It asks the other one where a request cannot be sent, and repeats nothing that was. */
function clientOf(apis: Started[]) {
  let turn = 0;
  return async (method: string, path: string, body?: object): Promise<Answer> => {
    const [first, other] = turn++ % 2 === 0 ? [0, 1] : [1, 0];
    for (;;) {
      const answer = await ask(apis[first]!.url, method, path, body).catch((error: Error) => {
        const { syscall } = (error.cause ?? {}) as { syscall?: string };
        if (syscall !== 'connect' && syscall !== 'write') throw error;
        return ask(apis[other]!.url, method, path, body);
      });
      // No token is handed out while it is being checked: the client asks again.
      if (answer.body.code !== 'recovery_pending') return answer;
    }
  };
}

async function versionsOf(installation: Installation): Promise<Map<string, number>> {
  const client = new Client(installation.databaseUrl);
  await client.connect();
  const { rows } = await client.query<{ account_id: string; token_version: number }>(
    'select account_id, token_version from integrations',
  );
  await client.end();
  return new Map(rows.map((row) => [row.account_id, row.token_version]));
}

test('APIs and workers restart one after the other under load: no request fails, no refresh is lost', async () => {
  const installation = await createInstallation();
  const { simulator, start } = installation;
  const kinds = {
    refreshed: names('refreshed', 24),
    rejected: names('rejected', 12),
    alarmed: names('alarmed', 4),
  };
  const usernames = Object.values(kinds).flat();
  const tokens = installation.oldTokens(usernames);
  const apis = await Promise.all([start('api'), start('api')]);
  const workers = await Promise.all([start('worker'), start('worker')]);
  const request = clientOf(apis);
  const ids = new Map<string, string>();
  for (const [n, username] of usernames.entries())
    ids.set(username, await takeOver(apis[n % 2]!.url, username, tokens[n]!));

  const failed: unknown[] = [];
  let reads = 0;
  let isOver = false;
  /** Restarts that have begun: each has its share of the requests, while its process is away. */
  let begun = 0;
  const turnOf = (n: number, of: number) =>
    until(() => begun > (n * RESTARTS) / of - 1, { timeoutMs: 120_000, what: 'a restart has begun' });
  const idOf = (username: string) => ids.get(username)!;
  const expectStatus = async (asked: string, answer: Promise<Answer>, status: number) => {
    const found = await answer.catch((error: Error) => ({ status: 0, body: { error: String(error.cause) } }));
    if (found.status !== status) failed.push([asked, found]);
  };
  const readAll = async () => {
    while (!isOver)
      for (const username of usernames) {
        await expectStatus('token', request('GET', `/integrations/${idOf(username)}/token`), 200);
        reads += 1;
      }
  };
  const refreshAll = async () => {
    for (const [n, username] of kinds.refreshed.entries()) {
      await turnOf(n, kinds.refreshed.length);
      await expectStatus('refresh', request('POST', `/integrations/${idOf(username)}/refresh`), 200);
    }
  };
  const report = async (username: string) =>
    expectStatus(
      'report',
      request('POST', `/integrations/${idOf(username)}/token-rejections`, { version: 1, code: 190 }),
      200,
    );
  const reportAll = async () => {
    for (const [n, account] of kinds.rejected.entries()) {
      await turnOf(n, kinds.rejected.length);
      const refusal = { status: 400, error: { code: 190, subcode: 460 } };
      simulator.addFault({ match: { path: '/me', account }, times: 1, ...refusal });
      await report(account);
      for (const username of kinds.alarmed) await report(username);
    }
  };

  const reading = readAll();
  const rest = Promise.all([refreshAll(), reportAll()]);
  for (const n of [0, 1])
    for (const [running, verb] of [
      [apis, 'api'],
      [workers, 'worker'],
    ] as const) {
      begun += 1;
      await running[n]!.stop();
      running[n] = await start(verb);
    }
  await rest;
  isOver = true;
  await reading;

  expect(failed).toEqual([]);
  expect(reads).toBeGreaterThan(100);
  const versions = await versionsOf(installation);
  for (const username of usernames) {
    const { id } = simulator.account(username);
    const refreshes = simulator
      .requests()
      .filter(
        ({ path, account, status }) => path === '/refresh_access_token' && account === id && status === 200,
      );
    expect([username, versions.get(id)]).toEqual([username, 1 + refreshes.length]);
    expect(refreshes).toHaveLength(kinds.alarmed.includes(username) ? 0 : 1);
  }
  await Promise.all([...apis, ...workers].map((started) => started.stop()));
}, 180_000);
