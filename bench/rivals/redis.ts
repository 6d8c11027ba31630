import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from '../../dev/process/ports';
import { startChild } from '../../dev/process/processes';

/** Debian's; null: it is not installed. */
export function redisServer(): string | null {
  return ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((path) => existsSync(path)) ?? null;
}

/** What there is to know of a Redis server that runs. */
export interface RedisServer {
  port: number;
  pid: number;
  /** What it holds in memory. */
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

/** @param folder a folder of its own, made if missing */
export async function startRedis(command: string, folder: string): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const [port = 0] = await freePorts(1);
  const server = startChild({
    command,
    args: [
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
      ...['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'],
    ],
    env: {},
    logFile: join(folder, 'log'),
    pidFile: join(folder, 'pid'),
    stopSignal: 'SIGTERM',
  });
  const redis = new Redis(port, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const ended = server.exited.then((how) => {
    throw new Error(`Redis ${how}:\n${server.lastLog()}`);
  });
  await Promise.race([redis.ping(), ended]);
  ended.catch(() => undefined);
  return {
    port,
    pid: server.pid,
    bytes: async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1]),
    async stop() {
      redis.disconnect();
      await server.stop();
    },
  };
}
