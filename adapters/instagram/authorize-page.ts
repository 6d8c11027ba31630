import axios from 'axios';
import { type ConnectRefusal, connectRefusalOf } from '../../core/access/connect-refusals';
import { type TunnelAgent, goesThroughTunnel } from './tunnel';

const TIMEOUT_MS = 10_000;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Opens the consent page as a browser without a login does. Only its refusals tell something: who is not logged in may be
 * led to the login first.
 * @returns `status`: null without an answer
 */
export async function openAuthorizePage(
  url: string,
  tunnel: TunnelAgent | undefined,
): Promise<{ status: number | null; refusal: ConnectRefusal | null }> {
  try {
    const { status, data } = await axios.get<string>(url, {
      maxRedirects: 0,
      proxy: false,
      ...(tunnel && goesThroughTunnel(url) && { httpsAgent: tunnel }),
      timeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS + 1_000),
      maxContentLength: MAX_PAGE_BYTES,
      responseType: 'text',
      validateStatus: () => true,
      headers: { accept: 'text/html', 'accept-language': 'en-US' },
    });
    // The code of a page names parameters and texts that it does not show.
    const shown = String(data)
      .replaceAll(/<(script|style)\b.*?<\/\1>/gis, '')
      .replaceAll(/<[^>]*>/g, ' ');
    const words = /invalid (platform app|redirect_uri|client_id)|content isn\S{0,6}t available/i.exec(
      shown,
    )?.[0];
    return { status, refusal: connectRefusalOf('authorize', words ?? null) };
  } catch {
    return { status: null, refusal: null };
  }
}
