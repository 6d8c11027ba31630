import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { clusterUser, confine, giveTo } from '../../dev/postgres/privileges';
import { until } from './until';

export interface PgBouncer {
  readonly pid: number;
  /** The address of a database, through the pooler. @param direct its own address */
  url(direct: string): string;
  stop(): Promise<void>;
}

/** Debian's, in transaction mode and otherwise by its defaults, but for the number of clients. */
export async function startPgBouncer(postgresUrl: string, folder: string): Promise<PgBouncer> {
  const server = new URL(postgresUrl);
  const home = join(folder, 'pgbouncer');
  mkdirSync(home);
  const port = await freePort();
  const config = join(home, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]
* = host=${server.hostname} port=${server.port} user=${decodeURIComponent(server.username)} password='${decodeURIComponent(server.password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 1000
logfile = ${join(home, 'log')}
pidfile = ${join(home, 'pid')}
`,
  );
  const user = clusterUser(home);
  giveTo(user, home);
  const { command, args, ids } = confine({
    ...{ command: executable(), args: ['--quiet', config], user, stopSignal: 'SIGINT' },
  });
  const child = spawn(command, args, { stdio: 'ignore', detached: true, ...ids });
  const url = (direct: string) => {
    const through = new URL(direct);
    through.host = `127.0.0.1:${port}`;
    return through.href;
  };
  await until(() => answers(url(postgresUrl), child), { what: 'PgBouncer answers' });
  return {
    pid: child.pid!,
    url,
    async stop() {
      child.kill('SIGINT');
      await until(() => child.exitCode !== null || child.signalCode !== null, { what: 'PgBouncer ends' });
    },
  };
}

function executable(): string {
  const found = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path));
  if (!found)
    throw new Error('These tests need PgBouncer: install it, for example by apt-get install pgbouncer');
  return found;
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`PgBouncer ended with code ${child.exitCode}`);
  const client = new Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
