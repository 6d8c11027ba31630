import { type Simulator, runSimulator } from '../simulator/index';

/** One call from the process that measures. */
export interface Request {
  id: number;
  method: string;
  args: unknown[];
}

export type Reply = { id: number; result: unknown } | { id: number; error: string };

/** What a measurement asks of the simulator beyond its own controls. */
function extras({ addAccount, generateToken, clock, requests }: Simulator) {
  return {
    aheadMs: () => clock.now() - Date.now(),
    generateTokens: (usernames: string[]) => usernames.map((username) => generateToken(username)),
    advance: (ms: number) => clock.advance(ms),
    lastRequest: () => requests().at(-1)?.seq ?? 0,
    addAccounts: (usernames: string[]) =>
      usernames.map((username) => {
        const { id } = addAccount({ username });
        return { id, username, token: generateToken(username) };
      }),
  };
}

export type RemoteMethods = Simulator & ReturnType<typeof extras>;

/** Instagram's simulator as a process of its own: prints where it listens, and obeys the process that started it. */
async function main(): Promise<void> {
  const { url, simulator } = await runSimulator({ port: 0, seed: 'bench' });
  const methods = { ...simulator, ...extras(simulator) } as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  process.on('message', ({ id, method, args }: Request) => {
    void (async () => methods[method]!(...args))().then(
      (result) => process.send!({ id, result } satisfies Reply),
      (error: unknown) => process.send!({ id, error: String(error) } satisfies Reply),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send!({ id: 0, result: { url, settings: simulator.settings } } satisfies Reply);
}

void main();
