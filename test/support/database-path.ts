import { type NetworkPath, openNetworkPath } from './network-path';

/** The way to PostgreSQL, which a test can cut: what a failover, a full disk's restart or a lost route looks like. */
export interface DatabasePath extends NetworkPath {
  /** The database's URL by this way. */
  url: string;
}

export async function openDatabasePath(databaseUrl: string): Promise<DatabasePath> {
  const url = new URL(databaseUrl);
  const path = await openNetworkPath({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(path.port);
  return { ...path, url: url.href };
}
