import { type ClientRequestArgs, request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { type Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type Secret } from '../../core/access/secret';
import { isLoopbackUrl } from '../outgoing/loopback';

/** How long a proxy may take to make a tunnel. */
const TUNNEL_TIMEOUT_MS = 15_000;

/** The proxy made no tunnel. What it says instead is not Instagram's word, and nothing is learnt from it. */
class ProxyRefused extends Error {
  override name = 'ProxyRefused';
  readonly code = 'PROXY_REFUSED';
}

type Connected = (error: Error | null, socket: Duplex) => void;
type Target = ConnectionOptions & { host?: string; port?: number | string };

/**
 * Connects through a proxy by CONNECT, with TLS from here to the host. axios has a tunnel of its own, which hands on
 * what a refusing proxy says as if the host had said it, and never leaves a proxy that says nothing.
 */
export class TunnelAgent extends Agent {
  readonly #proxy: URL;
  readonly #timeoutMs: number;

  /** @param options `ca`: an authority to trust instead of the system's, for the host */
  constructor(proxyUrl: Secret, options: { timeoutMs?: number; ca?: string } = {}) {
    const { timeoutMs = TUNNEL_TIMEOUT_MS, ...tls } = options;
    super({ keepAlive: false, ...tls });
    this.#proxy = new URL(proxyUrl.reveal());
    this.#timeoutMs = timeoutMs;
  }

  override createConnection(target: Target, done?: Connected): undefined {
    const finish = done as (error: Error | null, socket?: Duplex) => void;
    const asking = (this.#proxy.protocol === 'https:' ? httpsRequest : httpRequest)(this.#connectTo(target));
    asking.on('connect', ({ statusCode }, socket, ahead) => {
      if (statusCode !== 200 || ahead.length > 0) {
        socket.destroy();
        finish(new ProxyRefused());
        return;
      }
      // What counts for the way to the proxy is over; the request has a limit of its own.
      socket.setTimeout(0);
      finish(null, connectTls({ ...target, socket, servername: target.servername ?? target.host }));
    });
    asking.on('timeout', () => asking.destroy(new ProxyRefused()));
    asking.on('error', (error) => finish(error));
    asking.end();
  }

  #connectTo({ host, port }: Target): ClientRequestArgs {
    const { hostname, port: proxyPort, username, password } = this.#proxy;
    const words = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: proxyPort || null,
      method: 'CONNECT',
      path: `${host}:${port}`,
      headers: {
        host: `${host}:${port}`,
        ...(username && { 'proxy-authorization': `Basic ${words.toString('base64')}` }),
      },
      agent: false,
      timeout: this.#timeoutMs,
    };
  }
}

/** Only what is encrypted to its end may pass a proxy; this machine is reached without one. */
export function goesThroughTunnel(url: string): boolean {
  return url.startsWith('https:') && !isLoopbackUrl(url);
}
