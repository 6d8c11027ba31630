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

/** Another program did not do what was asked. It has said why; its exit code becomes ours. */
export class ChildFailure extends Error {
  override name = 'ChildFailure';
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}
