import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../problems';

/** Refuses bodies above `kib` KiB before they are read. */
export function limitBody(kib: number) {
  return bodyLimit({
    maxSize: kib * 1024,
    onError: () => {
      throw new Problem('too_large', `The request body must not exceed ${kib} KiB.`);
    },
  });
}
