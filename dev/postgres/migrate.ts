import { migrate } from '../../adapters/postgres/migrate';

/** Brings a database to the newest schema; does nothing when it is there already. */
export async function migrateDatabase(
  databaseUrl: string,
  log: (text: string) => void = () => undefined,
): Promise<void> {
  await migrate(databaseUrl, log);
}
