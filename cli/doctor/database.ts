import { type Pool } from 'pg';
import { type Settings } from '../../adapters/config';
import { createKeyChecks } from '../../adapters/encryption/key-check';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { listApiKeys } from '../../adapters/postgres/access/api-keys';
import { countOverdue } from '../../adapters/postgres/fleet/audit';
import { pendingMigrations } from '../../adapters/postgres/migrate';
import { databaseFailure } from '../failures';
import { NO_ACTION_NEEDED, nextStep } from '../../services/keys/next-step';
import { reportOn } from '../../services/keys/report';
import { type Finding, ok, problem, warning } from './finding';

/** What the database tells. Without it, only that. */
export async function lookAtDatabase(pool: Pool, settings: Settings, now: number): Promise<Finding[]> {
  try {
    const pending = await pendingMigrations(pool);
    if (pending.length > 0)
      return [problem('schema', `${pending.length} migrations are missing.`, 'Run `npx evergrant migrate`.')];
    return [
      ok('database', 'It answers, and its schema is the newest.'),
      await clocks(pool),
      await keyRing(pool, settings),
      await apiKeys(pool, settings, now),
      await refreshes(pool, now),
    ];
  } catch (error) {
    const { message, hints } = databaseFailure(error);
    return [problem('database', message, hints.join(' '))];
  }
}

async function clocks(pool: Pool): Promise<Finding> {
  const before = Date.now();
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  const apartSeconds = Math.round(Math.abs(rows[0]!.now.getTime() - before) / 1000);
  if (apartSeconds < 60) return ok('clocks', "This machine's and the database's agree.");
  return warning('clocks', `They are ${apartSeconds} s apart.`, 'Set both by a time server.');
}

async function keyRing(pool: Pool, settings: Settings): Promise<Finding> {
  if (settings.EVERGRANT_KEYS === undefined)
    return problem('key ring', 'There is none.', 'Set EVERGRANT_KEYS_FILE or EVERGRANT_KEYS.');
  const ring = parseKeyRing(settings.EVERGRANT_KEYS);
  const report = await reportOn({ pool, checks: createKeyChecks(pool), ring, file: settings.keysFile });
  const next = nextStep(report);
  if (report.keys.some(({ role, check }) => role === 'missing' || check === 'other_bytes'))
    return problem('key ring', 'Some of what is stored cannot be opened.', next);
  if (next !== NO_ACTION_NEEDED) return warning('key ring', 'A rotation is under way.', next);
  return ok('key ring', `${ring.sealing.id} seals, and everything opens.`);
}

async function apiKeys(pool: Pool, settings: Settings, now: number): Promise<Finding> {
  const { length } = await listApiKeys(pool, now);
  const keys = `${length} other ${length === 1 ? 'key' : 'keys'}`;
  if (settings.EVERGRANT_API_KEY === undefined) {
    if (length > 0) return ok('API keys', `There is no bootstrap key, and ${keys}.`);
    return warning('API keys', 'There is none, so nobody can use the API.', 'Set EVERGRANT_API_KEY.');
  }
  if (length === 0) return ok('API keys', 'There is the bootstrap key alone.');
  return warning(
    'API keys',
    `The bootstrap key, which may do everything, stands beside ${keys}.`,
    'Once every program has its own, take EVERGRANT_API_KEY from the API.',
  );
}

async function refreshes(pool: Pool, now: number): Promise<Finding> {
  const overdue = await countOverdue(pool, now);
  if (overdue === 0) return ok('refreshes', 'None is overdue.');
  return problem(
    'refreshes',
    `${overdue} should have begun over an hour ago.`,
    'See that a worker runs; `npx evergrant audit run` wakes what sleeps too long.',
  );
}
