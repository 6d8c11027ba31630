import { type Pool } from 'pg';
import { systemClock } from '../../adapters/clock';
import { type Settings } from '../../adapters/config';
import { aheadOfDatabaseMs } from '../../adapters/postgres/clock-check';
import { createKeyChecks } from '../../adapters/encryption/key-check';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { listApiKeys } from '../../adapters/postgres/access/api-keys';
import { readCallbackTraffic } from '../../adapters/postgres/messages/callback-traffic';
import { countOverdue } from '../../adapters/postgres/fleet/overdue';
import { pendingMigrations } from '../../adapters/postgres/migrate';
import { refusalHint, refusalText } from '../../core/text/callbacks';
import { createWriteCheck, databaseTrouble } from '../../adapters/postgres/write-check';
import { databaseFailure } from '../database-failure';
import { NO_ACTION_NEEDED, nextStep } from '../../services/keys/next-step';
import { reportOn } from '../../services/keys/report';
import { growthText, sizeText } from '../../core/text/sizes';
import { tableSizes } from '../../adapters/postgres/fleet/table-sizes';
import { type Finding, ok, problem, warning } from './finding';

const TABLES_NAMED = 4;

/** What the database tells. Without it, only that. */
export async function lookAtDatabase(pool: Pool, settings: Settings, now: number): Promise<Finding[]> {
  try {
    const pending = await pendingMigrations(pool);
    if (pending.length > 0)
      return [problem('schema', `${pending.length} migrations are missing.`, 'Run `npx evergrant migrate`.')];
    return [
      await writes(pool),
      await clocks(pool),
      await keyRing(pool, settings),
      await apiKeys(pool, settings, now),
      await refreshes(pool, now),
      ...(await callbacks(pool, settings, now)),
      await storage(pool, now),
    ];
  } catch (error) {
    const { message, hints } = databaseFailure(error);
    return [problem('database', message, hints.join(' '))];
  }
}

async function writes(pool: Pool): Promise<Finding> {
  try {
    await createWriteCheck(pool)();
    return ok('database', 'Reachable and writable. The schema is up to date.');
  } catch (error) {
    const what = databaseTrouble(error);
    if (what === null) throw error;
    return problem('database', what, 'Tokens are still served and messages read; nothing else works.');
  }
}

async function clocks(pool: Pool): Promise<Finding> {
  const apartSeconds = Math.round(Math.abs(await aheadOfDatabaseMs(pool, systemClock)) / 1000);
  if (apartSeconds < 60) return ok('clocks', "This machine's and the database's agree.");
  return warning('clocks', `The clocks differ by ${apartSeconds} s.`, 'Synchronize both with a time server.');
}

async function keyRing(pool: Pool, settings: Settings): Promise<Finding> {
  if (settings.EVERGRANT_KEYS === undefined)
    return problem('key ring', 'Not configured.', 'Set EVERGRANT_KEYS_FILE or EVERGRANT_KEYS.');
  const ring = parseKeyRing(settings.EVERGRANT_KEYS);
  const report = await reportOn({ pool, checks: createKeyChecks(pool), ring, file: settings.keysFile });
  const next = nextStep(report);
  if (report.keys.some(({ role, check }) => role === 'missing' || check === 'other_bytes'))
    return problem('key ring', 'Some stored data cannot be decrypted.', next);
  if (next !== NO_ACTION_NEEDED) return warning('key ring', 'A key rotation is in progress.', next);
  return ok('key ring', `Primary key: ${ring.sealing.id}. All stored data can be decrypted.`);
}

async function apiKeys(pool: Pool, settings: Settings, now: number): Promise<Finding> {
  const { length } = await listApiKeys(pool, now);
  const keys = `${length} other ${length === 1 ? 'key' : 'keys'}`;
  if (settings.EVERGRANT_API_KEY === undefined) {
    if (length > 0) return ok('API keys', `No bootstrap key, ${keys}.`);
    return warning('API keys', 'No API key, so the API cannot be used.', 'Set EVERGRANT_API_KEY.');
  }
  if (length === 0) return ok('API keys', 'Only the bootstrap key.');
  return warning(
    'API keys',
    `The bootstrap key, which has every scope, is still enabled next to ${keys}.`,
    'When every client has its own key, remove EVERGRANT_API_KEY.',
  );
}

async function refreshes(pool: Pool, now: number): Promise<Finding> {
  const overdue = await countOverdue(pool, now);
  if (overdue === 0) return ok('refreshes', 'None overdue.');
  return problem(
    'refreshes',
    `${overdue} overdue by more than an hour.`,
    'Check that a worker is running. `npx evergrant audit run` restarts stuck lifecycles.',
  );
}

async function storage(pool: Pool, now: number): Promise<Finding> {
  const tables = await tableSizes(pool, now);
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = tables.slice(0, TABLES_NAMED).map(({ name, rows, bytes, rowsPerDay, bytesPerDay }) => {
    const counted = `${rows.toLocaleString('en')} rows`;
    return `${name} ${sizeText(bytes)} (${counted}, ${growthText(rowsPerDay, bytesPerDay)})`;
  });
  return ok('storage', `${sizeText(total)}: ${largest.join(', ')}.`);
}

/** What Instagram delivers, where webhooks are set up. */
async function callbacks(pool: Pool, settings: Settings, now: number): Promise<Finding[]> {
  const { INSTAGRAM_APP_ID: appId, INSTAGRAM_WEBHOOK_VERIFY_TOKEN: token } = settings;
  const { lastDeliveryAt, refusedSince, refusedWhy } = await readCallbackTraffic(pool, appId ?? null, now);
  if (refusedSince !== null && refusedWhy !== null) {
    const since = new Date(refusedSince).toISOString();
    return [
      warning('callbacks', `Refused since ${since}: ${refusalText(refusedWhy)}`, refusalHint(refusedWhy)),
    ];
  }
  if (lastDeliveryAt !== null)
    return [ok('callbacks', `Last delivery from Instagram at ${new Date(lastDeliveryAt).toISOString()}.`)];
  return token === undefined ? [] : [ok('callbacks', 'No delivery from Instagram yet.')];
}
