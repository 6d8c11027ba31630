import { ConfigError, type Settings, loadSettings, publicUrl } from '../../adapters/config';
import { isLoopbackUrl } from '../../adapters/outgoing/loopback';
import { protectionOf } from '../../adapters/postgres/connection';
import { createPool } from '../../adapters/postgres/pool';
import { type TemporalSettings, openTemporal, temporalSettings } from '../../adapters/temporal/connect';
import { type Io } from '../output/io';
import { withLocalApiKey, withLocalKeys, withLocalServers } from '../settings';
import { lookAtDatabase } from './database';
import { type Finding, ok, problem, warning } from './finding';
import { lookAtProvider, withLocalSimulator } from './provider';
import { lookAtTemporal } from './temporal';

/**
 * Looks at everything that a deployment stands on. Changes nothing.
 * @param options `provider`: also asks Instagram about the app
 */
export async function examine(io: Io, options: { provider?: boolean } = {}): Promise<Finding[]> {
  const env = withLocalSimulator(withLocalApiKey(withLocalKeys(withLocalServers(io.env))));
  let settings: Settings;
  let reachedBy: TemporalSettings;
  try {
    settings = loadSettings(env, ['DATABASE_URL']);
    reachedBy = temporalSettings(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((text) => problem('settings', `${text}.`, 'See docs/configuration.md.'));
  }
  const pool = createPool(settings.DATABASE_URL?.reveal() ?? '', { max: 2 });
  const temporal = openTemporal(reachedBy);
  try {
    const [stored, durable, provider] = await Promise.all([
      lookAtDatabase(pool, settings, Date.now()),
      lookAtTemporal(temporal.client),
      options.provider ? lookAtProvider(settings) : [],
    ]);
    return [
      ok('settings', 'Valid.'),
      address(settings),
      mail(settings),
      tls(settings),
      ...stored,
      ...durable,
      ...provider,
    ];
  } finally {
    await pool.end();
    await temporal.close();
  }
}

function tls({ DATABASE_URL, DATABASE_DIRECT_URL }: Settings): Finding {
  const urls = [DATABASE_URL, DATABASE_DIRECT_URL].flatMap((url) => (url ? [url.reveal()] : []));
  const found = urls.map(protectionOf);
  if (found.includes('plain'))
    return warning(
      'database TLS',
      'Off: tokens are encrypted, but names, addresses and the password are not protected on the way.',
      'Turn TLS on at the server and remove sslmode=disable, unless nobody else can read that network.',
    );
  if (found.includes('unverified'))
    return warning(
      'database TLS',
      'The certificate is not verified, so anyone in between can pass as the database.',
      'Use sslmode=verify-full, with sslrootcert where the authority is your own.',
    );
  if (found.includes('verified')) return ok('database TLS', 'On, and the certificate is verified.');
  return ok('database TLS', 'Not needed: the database is on this machine.');
}

function mail({ SMTP_URL, EVERGRANT_OPERATOR_EMAIL }: Settings): Finding {
  if (!SMTP_URL)
    return warning('mail', 'Email notifications are off.', 'Set SMTP_URL, and see docs/notices.md.');
  if (EVERGRANT_OPERATOR_EMAIL === undefined)
    return warning('mail', 'Operators get no email.', 'Set EVERGRANT_OPERATOR_EMAIL.');
  return ok('mail', 'Owners and operators get email. Test it with `npx evergrant mail test <address>`.');
}

function address(settings: Settings): Finding {
  const url = publicUrl(settings);
  if (url.startsWith('https:')) return ok('address', `${url}, with TLS.`);
  if (isLoopbackUrl(url)) return ok('address', `${url}, reachable from this machine only.`);
  return warning(
    'address',
    `${url} has no TLS: keys and links travel in plain text.`,
    'Put a TLS proxy in front and set EVERGRANT_PUBLIC_URL to its address.',
  );
}
