import { SECOND_MS } from '../core/time';

/** Blocking routes answer within 20 s, of which one is for the network. */
const REQUEST_MS = 19 * SECOND_MS;

/** When a request has to be answered: epoch ms of the machine's clock, not of a sandbox's. */
export function requestDeadline(): number {
  return Date.now() + REQUEST_MS;
}
