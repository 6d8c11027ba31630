import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase, startEmbeddedPostgres } from '../../dev/postgres/embedded-postgres';
import { migrate } from '../../adapters/postgres/migrate';

/** A PostgreSQL of its own with one migrated database, removed when it is closed. */
export async function openOwnDatabase(): Promise<{ url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-soak-db-'));
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    password: 'soak',
    durable: false,
  });
  await ensureDatabase(server, 'soak');
  await migrate(server.url('soak'));
  return {
    url: server.url('soak'),
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
