import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { type AddressInfo } from 'node:net';

/** The way to PostgreSQL, which a test can cut: what a failover, a full disk's restart or a lost route looks like. */
export interface DatabasePath {
  /** The database's URL by this way. */
  url: string;
  /** Every connection breaks, and new ones are refused. */
  refuse(): void;
  /** Connections that exist go silent without breaking; new ones work. */
  silence(): void;
  restore(): void;
  /** How many connections were refused. */
  refusals(): number;
  close(): Promise<void>;
}

export async function openDatabasePath(databaseUrl: string): Promise<DatabasePath> {
  const target = new URL(databaseUrl);
  const pairs = new Set<[Socket, Socket]>();
  let refusing = false;
  let refusals = 0;
  const server = createServer((client) => {
    if (refusing) {
      refusals += 1;
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    client.pipe(upstream).pipe(client);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const end of pair) end.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const breakAll = () => {
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    url: url.href,
    refuse() {
      refusing = true;
      breakAll();
    },
    silence() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        client.resume();
        upstream.resume();
      }
    },
    restore: () => void (refusing = false),
    refusals: () => refusals,
    async close() {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
