import { isRecord } from '../../core/is-record';
import { type Usage } from '../../core/messaging/throttle-policy';
import { MINUTE_MS } from '../../core/time';

/** How much of what is allowed was used, for the app and for single accounts, as an answer's headers say. */
export interface UsageReport {
  app: Usage | null;
  /** By account id. */
  accounts: Map<string, Usage>;
}

/**
 * Reads Meta's usage headers. Field names differ between hosts, so the highest number counts; anything unreadable
 * counts as not there.
 * @see https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers
 */
export function usageOf(headers: Record<string, unknown>): UsageReport {
  const app = parse(headers['x-app-usage']);
  const accounts = new Map<string, Usage>();
  for (const [id, entries] of Object.entries(parse(headers['x-business-use-case-usage']) ?? {})) {
    const usages = (Array.isArray(entries) ? entries : []).map(usageFrom);
    accounts.set(id, {
      percent: Math.max(0, ...usages.map(({ percent }) => percent)),
      regainMs: Math.max(0, ...usages.map(({ regainMs }) => regainMs)),
    });
  }
  return { app: app && usageFrom(app), accounts };
}

function usageFrom(fields: unknown): Usage {
  const { estimated_time_to_regain_access: minutes, ...rest } = Object(fields) as Record<string, unknown>;
  const numbers = Object.values(rest).filter((value): value is number => Number.isFinite(value));
  return {
    percent: Math.max(0, ...numbers),
    regainMs: typeof minutes === 'number' && minutes > 0 ? minutes * MINUTE_MS : 0,
  };
}

function parse(header: unknown): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = typeof header === 'string' ? JSON.parse(header) : null;
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
