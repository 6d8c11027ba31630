/** A request that cannot be answered, as the app is told. `text` is for people. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: { code: string; text?: string; reason?: string | null; reconnectUrl?: string | null },
    readonly retryAfterSeconds?: number,
  ) {
    super(body.code);
  }
}
