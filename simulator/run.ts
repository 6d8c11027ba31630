import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createSimulator, type Simulator, type SimulatorOptions } from './simulator';

export const DEFAULT_PORT = 4010;

export interface RunOptions extends SimulatorOptions {
  /** Default 4010; 0: any free one. */
  port?: number;
  /** Default 127.0.0.1. Control routes answer this machine only, whatever the host. */
  host?: string;
}

export interface RunningSimulator {
  readonly url: string;
  readonly port: number;
  readonly simulator: Simulator;
  /** Ends open connections, writes what is unwritten. */
  close(): Promise<void>;
}

/** Starts a simulator that listens. Rejects with an error that names port and setting when the port is taken. */
export async function runSimulator(options: RunOptions = {}): Promise<RunningSimulator> {
  const { port = DEFAULT_PORT, host = '127.0.0.1' } = options;
  const simulator = createSimulator(options);
  const server = createAdaptorServer({ fetch: simulator.app.fetch }) as Server;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    simulator.close();
    throw startError(error as NodeJS.ErrnoException, host, port);
  }
  const actualPort = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    port: actualPort,
    simulator,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      simulator.close();
      await closed;
    },
  };
}

function startError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(
    `port ${port} on ${host} is taken: the simulator needs it, or set EVERGRANT_SIMULATOR_PORT to another`,
    { cause: error },
  );
}
