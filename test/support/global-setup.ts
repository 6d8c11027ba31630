import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../adapters/postgres/migrate';
import {
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../../dev/postgres/embedded-postgres';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal/temporal-server';
import { buildBundle } from '../../worker/bundle';
import { cachedBundle } from '../../worker/bundle-cache';
import { startPgBouncer } from './pgbouncer';
import { publish, TEMPLATE_DATABASE } from './servers';
import { keepForTeardown, stopKept } from './shared-servers';

/**
 * Starts one PostgreSQL and one Temporal server for the whole run, and bundles the workflows. Every test file gets its own copy
 * of the migrated template database; on Temporal, unique names keep the files apart.
 */
export default async function startSharedServers(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-test-'));
  keepForTeardown(folder);
  publish('folder', folder);
  const starts = await Promise.allSettled([
    startPostgres(folder),
    startTemporal(folder),
    bundleWorkflows(folder),
  ]);
  const failure = starts.find((start) => start.status === 'rejected');
  if (!failure) return;
  await stopKept();
  throw failure.reason;
}

async function startPostgres(folder: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    password: randomBytes(16).toString('hex'),
    durable: false,
  });
  keepForTeardown(folder, postgres);
  await ensureDatabase(postgres, TEMPLATE_DATABASE);
  await migrate(postgres.url(TEMPLATE_DATABASE));
  publish('postgresUrl', postgres.url('postgres'));
  if (process.env.TEST_PGBOUNCER === 'true') {
    const pooler = await startPgBouncer(postgres.url('postgres'), folder);
    keepForTeardown(folder, pooler);
    publish('poolerUrl', pooler.url(postgres.url('postgres')));
  }
  return postgres;
}

async function startTemporal(folder: string): Promise<TemporalServer> {
  const temporal = await startTemporalServer({
    logFile: join(folder, 'temporal.log'),
    pidFile: join(folder, 'temporal.pid'),
  });
  keepForTeardown(folder, temporal);
  publish('temporalAddress', temporal.address);
  return temporal;
}

async function bundleWorkflows(folder: string): Promise<void> {
  const { code } = await cachedBundle(buildBundle);
  const file = join(folder, 'workflow-bundle.js');
  writeFileSync(file, code);
  publish('workflowBundle', file);
}
