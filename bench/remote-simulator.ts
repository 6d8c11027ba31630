import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Simulator } from '../simulator/index';
import { type RemoteMethods, type Reply, type Request } from './simulator-process';

type Method = {
  [Name in keyof RemoteMethods]: RemoteMethods[Name] extends (...args: never[]) => unknown ? Name : never;
}[keyof RemoteMethods];

/** The simulator in its own process: each of its methods, by message. */
export interface RemoteSimulator {
  readonly url: string;
  readonly settings: Simulator['settings'];
  readonly pid: number;
  call<Name extends Method>(
    method: Name,
    ...args: Parameters<RemoteMethods[Name]>
  ): Promise<Awaited<ReturnType<RemoteMethods[Name]>>>;
  stop(): Promise<void>;
}

export async function startRemoteSimulator(): Promise<RemoteSimulator> {
  const child: ChildProcess = fork(join(__dirname, 'simulator-process.ts'), {
    execArgv: ['-r', 'tsx/cjs'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  child.once('exit', (code) => {
    for (const [id, answer] of waiting) answer({ id, error: `the simulator ended with ${code}` });
  });
  const answerTo = (id: number) =>
    new Promise((resolve, reject) =>
      waiting.set(id, (reply) => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.result))),
    );
  const { url, settings } = (await answerTo(0)) as Pick<RemoteSimulator, 'url' | 'settings'>;
  let last = 0;
  return {
    url,
    settings,
    pid: child.pid!,
    call(method, ...args) {
      const request: Request = { id: ++last, method, args };
      const answer = answerTo(request.id);
      child.send(request);
      return answer as never;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
