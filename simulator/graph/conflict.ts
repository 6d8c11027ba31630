/** That an input cannot be carried out as things are; names the field at fault. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';

  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}
