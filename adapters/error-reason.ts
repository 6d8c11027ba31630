/** What to log of an error that a library threw: its code, or its text where it has none. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? String(message);
}
