import { rmSync } from 'node:fs';

interface Server {
  readonly pid: number;
  stop(): Promise<void>;
}

// Jest loads set-up and teardown apart from each other; only the global object is common to both.
const shelf = globalThis as { evergrantTestServers?: { folder: string; servers: Server[] } | undefined };

/** Remembers what the run started. Even a run that ends without teardown (Ctrl-C) then leaves nothing behind. */
export function keepForTeardown(folder: string, server?: Server): void {
  if (!shelf.evergrantTestServers) {
    shelf.evergrantTestServers = { folder, servers: [] };
    process.once('exit', removeAtOnce);
    // A signal ends Jest without that event.
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
  }
  if (server) shelf.evergrantTestServers.servers.push(server);
}

export async function stopKept(): Promise<void> {
  const kept = shelf.evergrantTestServers;
  if (!kept) return;
  await Promise.all(kept.servers.map((server) => server.stop()));
  removeAtOnce();
}

function removeAtOnce(): void {
  const kept = shelf.evergrantTestServers;
  if (!kept) return;
  shelf.evergrantTestServers = undefined;
  for (const { pid } of kept.servers) killGroup(pid);
  rmSync(kept.folder, { recursive: true, force: true, maxRetries: 5 });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL'); // throw-away data: nothing to be saved
  } catch {
    // It has ended already.
  }
}
