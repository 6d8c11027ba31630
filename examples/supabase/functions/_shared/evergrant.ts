import { Refusal } from './refusal.ts';
import { setting } from './settings.ts';

/** Evergrant itself waits up to 20 seconds for a decision. */
const PATIENCE_MS = 25_000;
const AGAIN_SECONDS = 5;

/** What is used here of an integration. */
export interface Integration {
  id: string;
  ownerRef: string;
  reason: string | null;
  banner: { text: string } | null;
  reconnectUrl: string | null;
}

/**
 * Asks Evergrant about an integration: `''` is the integration itself, `/token` its token. With a body it is a POST.
 * @throws Refusal
 */
export async function evergrant<T>(
  integrationId: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const url = `${setting('EVERGRANT_URL')}/v1/integrations/${encodeURIComponent(integrationId)}${path}`;
  const authorization = `Bearer ${setting('EVERGRANT_API_KEY')}`;
  let answer: Response;
  let told: unknown;
  try {
    answer = await fetch(url, {
      headers: { authorization, 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    told = await answer.json();
  } catch {
    throw new Refusal(503, { code: 'evergrant_unavailable' }, AGAIN_SECONDS);
  }
  if (answer.ok) return told as T;
  const { code, detail } = told as { code: string; detail?: string };
  if (code === 'reconnect_required') throw reconnectRequired(await evergrant<Integration>(integrationId, ''));
  // The app can do nothing about a key of ours that is wrong, or lacks a scope.
  if (answer.status === 401 || answer.status === 403) throw new Error(`Evergrant: ${detail}`);
  const after = answer.headers.get('retry-after');
  throw new Refusal(answer.status, { code, text: detail ?? '' }, after ? Number(after) : undefined);
}

/** Only the owner can help: why, in a sentence for them, and where to. */
export function reconnectRequired({ reason, banner, reconnectUrl }: Integration): Refusal {
  return new Refusal(409, {
    code: 'reconnect_required',
    reason,
    text: banner?.text ?? 'Reconnect the Instagram account.',
    reconnectUrl,
  });
}
