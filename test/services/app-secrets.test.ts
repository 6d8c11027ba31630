import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../adapters/config';
import { createInstagram } from '../../adapters/instagram/client';
import { createProviderHttp } from '../../adapters/instagram/http';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { signingSecrets } from '../../adapters/instagram/signature';
import { type Logger } from '../../adapters/logger';
import { Secret } from '../../core/access/secret';
import { followAppSecrets } from '../../services/app-secrets';
import { type RunningSimulator, runSimulator } from '../../simulator/index';
import { instagramSettings } from '../support/instagram-settings';
import { afterwards, temporaryFolder } from '../support/temporary-folder';
import { until } from '../support/until';

const REDIRECT_URI = 'http://127.0.0.1:3000/oauth/instagram/callback';
const RIGHT = 'the-one-that-instagram-expects';

let running: RunningSimulator;
beforeAll(async () => {
  running = await runSimulator({ port: 0, seed: 'secrets', appSecret: RIGHT });
  running.simulator.addAccount({ username: 'shop' });
});
afterAll(() => running.close());

function start(secrets: { current: string; previous: string }) {
  const folder = temporaryFolder();
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, `${name}.new`), `${text}\n`);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  };
  put('current', secrets.current);
  put('previous', secrets.previous);
  const { INSTAGRAM_APP_SECRET: _, ...env } = instagramSettings(running);
  const errors: unknown[] = [];
  const logger = {
    info: () => undefined,
    error: (entry: unknown) => errors.push(entry),
  } as unknown as Logger;
  const app = followAppSecrets(
    loadSettings({
      ...env,
      INSTAGRAM_APP_SECRET_FILE: join(folder, 'current'),
      INSTAGRAM_APP_SECRET_PREVIOUS_FILE: join(folder, 'previous'),
    }),
    logger,
    5,
  );
  afterwards(() => app.stop());
  const instagram = createInstagram(createProviderHttp(running.simulator.clock), app.settings);
  return { put, errors, settings: app.settings, instagram };
}

/** The way of an owner up to a long-lived token. */
async function connect({ instagram }: Pick<ReturnType<typeof start>, 'instagram'>) {
  running.simulator.scriptLogin({ account: 'shop', decision: 'allow' });
  const url = instagram.authorizeUrl({ state: 'x', redirectUri: REDIRECT_URI, force: true });
  const { headers } = await fetch(url, { redirect: 'manual' });
  const code = new Secret(new URL(headers.get('location') ?? '').searchParams.get('code') ?? '');
  const short = await instagram.exchangeCode({ code, redirectUri: REDIRECT_URI });
  return instagram.exchangeForLongLived(short.token);
}

test.each([
  ['new', { current: RIGHT, previous: 'former' }],
  ['former', { current: 'new', previous: RIGHT }],
])('while Instagram expects the %s secret, accounts are connected', async (_, secrets) => {
  expect((await connect(start(secrets))).token).toBeInstanceOf(Secret);
});

test('where both are refused, that is what is said', async () => {
  const failed = await connect(start({ current: 'one', previous: 'two' })).catch(
    (error: ProviderError) => error,
  );
  expect(failed).toMatchObject({ operation: 'exchange_code', refusal: 'app_secret' });
});

test('a changed file is taken up without a restart, by the exchange and by signatures', async () => {
  const app = start({ current: 'outdated', previous: '' });
  await expect(connect(app)).rejects.toMatchObject({ refusal: 'app_secret' });
  app.put('previous', 'outdated');
  app.put('current', RIGHT);
  const secrets = () => signingSecrets(app.settings).map((secret) => secret.reveal());
  await until(() => secrets().join() === `${RIGHT},outdated`);
  expect((await connect(app)).token).toBeInstanceOf(Secret);
  app.put('previous', '');
  await until(() => secrets().join() === RIGHT);
});

test('an empty file is reported once, and the secret in use stays', async () => {
  const app = start({ current: RIGHT, previous: '' });
  app.put('current', '');
  await until(() => app.errors.length > 0);
  expect(app.settings.appSecret.reveal()).toBe(RIGHT);
  app.put('current', 'next');
  await until(() => app.settings.appSecret.reveal() === 'next');
  expect(app.errors).toEqual([
    expect.objectContaining({ setting: 'INSTAGRAM_APP_SECRET', reason: 'it is empty' }),
  ]);
});
