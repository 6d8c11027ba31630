import { DAY_MS } from '../time';

/** Days after expiry at which the owner is reminded. Each reminder first probes whether the token works after all. */
export const REMINDER_DAYS = [1, 3, 7, 14, 30] as const;

/** When the next reminder is due, or null when all have been sent. */
export function nextReminderAt(expiredAt: number, sent: number): number | null {
  const days = REMINDER_DAYS[sent];
  return days === undefined ? null : expiredAt + days * DAY_MS;
}
