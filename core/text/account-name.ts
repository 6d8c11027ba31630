/** How sentences name an account: its handle, or "your account" while it is unknown. @param username without @ */
export function accountName(username: string | null): string {
  return username === null ? 'your account' : `@${username}`;
}

/** For the start of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
