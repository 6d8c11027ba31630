import { type AxiosAdapter, AxiosHeaders } from 'axios';
import { ORIGIN } from '../../../test/soak/provider';

/** No product waits longer than this for an answer; some set no limit, which is taken for this one. */
const TIMEOUT_MS = 15_000;

/** What came back: null where there was none, or it was no JSON. */
export interface Answer {
  status: number | null;
  body: {
    error?: { code?: number; error_subcode?: number; message?: string };
    access_token?: string;
    expires_in?: number;
    data?: unknown[];
  } | null;
}

/** One plain request, as any product makes it. */
export async function get(
  network: AxiosAdapter,
  path: string,
  params: Record<string, string>,
): Promise<Answer> {
  const url = `${ORIGIN}${path}?${new URLSearchParams(params).toString()}`;
  const config = { method: 'get', url, timeout: TIMEOUT_MS, headers: new AxiosHeaders() };
  try {
    const { status, data } = (await network(config)) as { status: number; data: string };
    return { status, body: jsonOf(data) };
  } catch {
    return { status: null, body: null };
  }
}

export const readConversations = (network: AxiosAdapter, token: string): Promise<Answer> =>
  get(network, '/v25.0/me/conversations', { platform: 'instagram', access_token: token });

/** Whether Instagram refused the token. */
export const isRefused = ({ body }: Answer): boolean => body?.error?.code === 190;

export const isDone = ({ status, body }: Answer): boolean =>
  status === 200 && body !== null && body.error === undefined;

function jsonOf(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Answer['body']) : null;
  } catch {
    return null;
  }
}
