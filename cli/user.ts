import { userInfo } from 'node:os';
import { type Actor } from '../core/access/actor';

/** The name of the operating system's user; its number where it has no name, as in many containers. */
export function operatingSystemUser(): string {
  try {
    return userInfo()
      .username.replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 100);
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Who works with the database by a command, without the API. */
export function cliActor(): Actor {
  return { kind: 'cli', id: null, name: operatingSystemUser(), user: null, address: null };
}
