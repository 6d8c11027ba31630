import { SECOND_MS } from '../core/time';

/** No route keeps its caller longer than 20 s; a second of that is for the way there and back. */
const PATIENCE_MS = 19 * SECOND_MS;

/** The instant (epoch ms of the machine's clock, not a sandbox's) until which this request may take. */
export function requestDeadline(): number {
  return Date.now() + PATIENCE_MS;
}

/** What `work` gives, or what `late` gives when that takes until after `deadline`; the work itself goes on. */
export async function withDeadline<T, Late>(
  deadline: number,
  work: Promise<T>,
  late: () => Late | Promise<Late>,
): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Late>((resolve, reject) => {
    timer = setTimeout(() => void Promise.resolve().then(late).then(resolve, reject), deadline - Date.now());
  });
  work.catch(() => undefined);
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
