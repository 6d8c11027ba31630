import { Client } from 'pg';
import { evergrant } from '../support/command';
import { type Installation, ask, createInstallation, takeOver } from '../support/installation';
import { checkOut, previousRelease } from '../support/previous-release';

const commit = previousRelease();
const why = commit ? '' : ' (skipped: it needs the full git history, `git fetch --unshallow`)';
const withHistory = commit ? test : test.skip;

let installation: Installation;
beforeEach(async () => {
  installation = await createInstallation();
});

async function reject(url: string, id: string, version: number) {
  installation.simulator.addFault({
    match: { path: '/me' },
    times: 1,
    status: 400,
    error: { code: 190, subcode: 460 },
  });
  const answer = await ask(url, 'POST', `/integrations/${id}/token-rejections`, {
    version,
    code: 190,
  });
  installation.simulator.clearFaults();
  return answer;
}

const tokenOf = async (url: string, id: string) => (await ask(url, 'GET', `/integrations/${id}/token`)).body;

withHistory(
  `the previous release works on today's schema, and today's release goes on with its runs${why}`,
  async () => {
    const root = checkOut(commit!);
    const { start, oldTokens } = installation;
    const tokens = oldTokens(['first', 'second', 'third']);
    const [oldWorker, oldApi] = await Promise.all([start('worker', root), start('api', root)]);
    const ids: string[] = [];
    for (const [n, token] of tokens.entries()) ids.push(await takeOver(oldApi.url, `owner-${n}`, token));
    const [first, second, third] = ids as [string, string, string];
    expect(await tokenOf(oldApi.url, first)).toMatchObject({ version: 1, accessToken: tokens[0] });

    expect(await ask(oldApi.url, 'POST', `/integrations/${first}/refresh`)).toMatchObject({ status: 200 });
    expect(await tokenOf(oldApi.url, first)).toMatchObject({ version: 2 });
    expect((await reject(oldApi.url, second, 1)).body).toMatchObject({ outcome: 'refreshed' });
    expect(await tokenOf(oldApi.url, second)).toMatchObject({ version: 2 });

    // The order of a rolling update: the API first, the workers after it.
    const api = await start('api');
    expect((await reject(api.url, third, 1)).body).toMatchObject({ outcome: 'refreshed' });
    expect(await tokenOf(api.url, third)).toMatchObject({ version: 2 });
    await oldApi.stop();
    const worker = await start('worker');
    await oldWorker.stop();
    for (const id of ids) {
      const answer = await ask(api.url, 'POST', `/integrations/${id}/recheck`);
      expect([answer.status, answer.body.outcome]).toEqual([200, 'verified_ok']);
      expect(await tokenOf(api.url, id)).toMatchObject({ version: 2 });
    }
    await worker.stop();
    await api.stop();
  },
  180_000,
);

withHistory(
  `today's release refuses the previous schema, names the command, and migrates it${why}`,
  async () => {
    const root = checkOut(commit!);
    const client = new Client(installation.databaseUrl);
    await client.connect();
    await client.query('drop schema public cascade');
    await client.query('create schema public');
    await client.end();
    expect(await evergrant(['migrate'], installation.env, root).ended).toBe(0);
    for (const verb of ['worker', 'api']) {
      const refused = evergrant([verb], installation.env);
      expect(await refused.ended).toBe(1);
      expect(refused.err()).toMatch(/The database lacks 1 migration: \w+\./);
      expect(refused.err()).toContain('npx evergrant migrate');
    }
    expect(await evergrant(['migrate'], installation.env).ended).toBe(0);
    await (await installation.start('api')).stop();
  },
  120_000,
);
