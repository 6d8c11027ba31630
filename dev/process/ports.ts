import { createServer, type AddressInfo } from 'node:net';

const LOOPBACK = '127.0.0.1';

export interface WantedPort {
  port: number;
  /** The setting that moves it, for the error text. */
  setting: string;
  /** What listens there, in the user's words: "the Web UI". */
  purpose: string;
}

/** A free port. Request all that are needed at once: then they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Throws one error that names every taken port with its setting; settles quietly when all are free. */
export async function requireFreePorts(wanted: WantedPort[]): Promise<void> {
  const problems = (await Promise.all(wanted.map(portProblem))).filter((problem) => problem !== null);
  const shared = wanted.filter(({ port }, i) => wanted.findIndex((other) => other.port === port) !== i);
  problems.push(
    ...shared.map(({ port, setting }) => `Port ${port} is set twice, the second time by ${setting}.`),
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function portProblem({ port, setting, purpose }: WantedPort): Promise<string | null> {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = `Port ${port} (${purpose}) on ${LOOPBACK}`;
    if (code === 'EADDRINUSE')
      return `${what} is taken by another program: stop it, or set ${setting} to a free port.`;
    if (code === 'EACCES')
      return `${what} may not be used by this user: set ${setting} to a port above 1023.`;
    return `${what} cannot be used (${message}): set ${setting} to another port.`;
  }
}

function listen(port: number) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server));
  });
}
