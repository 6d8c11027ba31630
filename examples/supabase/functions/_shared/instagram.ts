import { type Integration, evergrant, reconnectRequired } from './evergrant.ts';
import { Refusal } from './refusal.ts';
import { setting } from './settings.ts';

/** A path with its query, below the version; with a body it is a POST. */
interface Call {
  path: string;
  body?: unknown;
}
interface Token {
  accessToken: string;
  version: number;
}
interface Decision {
  outcome: 'refreshed' | 'stale_version' | 'verified_ok' | 'expired' | 'undecided';
  retryAfterSeconds?: number;
  integration: Integration;
}
interface Failure {
  code: number;
  error_subcode?: number;
}

const VERSION = 'v25.0';
const PATIENCE_MS = 20_000;
const AGAIN_SECONDS = 5;

/**
 * One call to Instagram. When it is refused for its token, Evergrant finds out what that means, and the same call is
 * made once more, if there is hope. Never a third time.
 * @throws Refusal
 */
export async function callInstagram<T>(integrationId: string, call: Call): Promise<T> {
  const used = await evergrant<Token>(integrationId, '/token');
  const first = await ask<T>(call, used.accessToken);
  if ('result' in first) return first.result;
  const { code, error_subcode: subcode = null } = first.failure;
  if (code !== 190 && code !== 102) throw refusedByInstagram(first.failure);

  const report = { version: used.version, code, subcode };
  const decision = await evergrant<Decision>(integrationId, '/token-rejections', report);
  if (decision.outcome === 'expired') throw reconnectRequired(decision.integration);
  if (decision.outcome === 'undecided')
    throw new Refusal(503, { code: 'recovery_pending' }, decision.retryAfterSeconds ?? AGAIN_SECONDS);

  const now = await evergrant<Token>(integrationId, '/token');
  const second = await ask<T>(call, now.accessToken);
  if ('result' in second) return second.result;
  throw refusedByInstagram(second.failure);
}

/** The token goes into a header: addresses end up in logs. */
async function ask<T>({ path, body }: Call, token: string): Promise<{ result: T } | { failure: Failure }> {
  let answer: Response;
  let told: unknown;
  try {
    answer = await fetch(
      `${setting('INSTAGRAM_GRAPH_URL', 'https://graph.instagram.com')}/${VERSION}${path}`,
      {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      },
    );
    told = await answer.json();
  } catch {
    // A send without an answer may have arrived; a read can be asked for again.
    if (body !== undefined) throw new Refusal(502, { code: 'outcome_unknown' });
    throw new Refusal(503, { code: 'provider_unavailable' }, AGAIN_SECONDS);
  }
  if (answer.ok) return { result: told as T };
  return { failure: (told as { error?: Failure }).error ?? { code: answer.status } };
}

function refusedByInstagram({ code, error_subcode }: Failure): Refusal {
  return new Refusal(502, {
    code: 'provider_refused',
    text: `Instagram refused the call: ${code}/${error_subcode ?? '-'}`,
  });
}

/** Where the next page begins. Instagram's own `next` is never passed on: it holds the token. */
export function nextCursor(paging?: { next?: string; cursors?: { after?: string } }): string | null {
  return paging?.next ? (paging.cursors?.after ?? null) : null;
}
