import { type Journal } from './journal';

/** Tokens as the simulator makes them. */
const TOKEN = /IG(AA|QW)[A-Za-z0-9]{20,}/;

/** Watches what leaves the process in plain text: payloads, results, errors, log lines. */
export function createLeakWatch(journal: Pick<Journal, 'add'>, now: () => number) {
  return {
    /** @returns what was given, as Temporal would carry it */
    travels<T>(where: string, value: T): T {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) return value;
      if (TOKEN.test(text)) journal.add({ kind: 'leak', at: now(), where });
      return JSON.parse(text) as T;
    },
    says(where: string, text: string): void {
      if (TOKEN.test(text)) journal.add({ kind: 'leak', at: now(), where });
    },
  };
}

export type LeakWatch = ReturnType<typeof createLeakWatch>;
