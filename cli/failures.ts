/** What was asked could not be done: exit code 1. */
export class Failure extends Error {
  override name = 'Failure';
  /** @param hints what to do about it, one sentence each */
  constructor(
    message: string,
    readonly hints: readonly string[] = [],
  ) {
    super(message);
  }
}

/** What was asked makes no sense: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
