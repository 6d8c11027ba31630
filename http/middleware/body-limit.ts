import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../problems';

/** Rejects bodies larger than `kib` KiB before reading them. */
export function limitBody(kib: number) {
  return bodyLimit({
    maxSize: kib * 1024,
    onError: () => {
      throw new Problem('too_large', `The request body must not exceed ${kib} KiB.`);
    },
  });
}
