import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** A go-between on the way to a server, by which a test can disturb the network between two programs. */
export interface NetworkPath {
  readonly port: number;
  /** Every connection breaks, and new ones are refused. */
  refuse(): void;
  /** Every connection breaks; new ones work. */
  cut(): void;
  /** Connections that exist go silent without breaking, for good; new ones work, unless they go silent as well. */
  silence(options?: { newOnes: boolean }): void;
  /** Everything takes this much longer, each way. */
  slow(delayMs: number): void;
  /** New connections work as if nothing had been. */
  restore(): void;
  /** How many connections were refused. */
  refusals(): number;
  /** How many connections of clients are open. */
  connections(): number;
  close(): Promise<void>;
}

interface Link {
  client: Socket;
  upstream: Socket;
  isSilent: boolean;
}

export async function openNetworkPath(target: { host: string; port: number }): Promise<NetworkPath> {
  const links = new Set<Link>();
  let mode: 'open' | 'refuse' | 'silent' = 'open';
  let delayMs = 0;
  let refusals = 0;
  const server = createServer((client) => {
    if (mode === 'refuse') {
      refusals += 1;
      client.destroy();
      return;
    }
    const link = { client, upstream: connect(target.port, target.host), isSilent: mode === 'silent' };
    links.add(link);
    const ends = [link.client, link.upstream] as const;
    for (const [from, to] of [ends, [ends[1], ends[0]]] as const) {
      from.setNoDelay(true);
      const later = (act: () => void) => (delayMs > 0 ? setTimeout(act, delayMs) : act());
      from.on('data', (chunk) => {
        if (!link.isSilent) later(() => to.write(chunk));
      });
      from.on('end', () => {
        if (!link.isSilent) later(() => to.end());
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        // On a silent path nobody hears that the other end is gone.
        if (!link.isSilent) later(() => to.destroy());
        if (to.destroyed) links.delete(link);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = () => {
    for (const { client, upstream } of links) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    refuse() {
      mode = 'refuse';
      breakAll();
    },
    cut: breakAll,
    silence({ newOnes } = { newOnes: false }) {
      if (newOnes) mode = 'silent';
      for (const link of links) link.isSilent = true;
    },
    slow: (ms) => void (delayMs = ms),
    restore() {
      mode = 'open';
      delayMs = 0;
    },
    refusals: () => refusals,
    connections: () => [...links].filter(({ client }) => !client.destroyed).length,
    async close() {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
