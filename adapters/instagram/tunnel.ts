import { type AxiosProxyConfig } from 'axios';
import { type Secret } from '../../core/secret';
import { isLoopbackUrl } from '../outgoing/loopback';

/** The proxy made no tunnel. What it says instead is not Instagram's word, and nothing is learnt from it. */
export class ProxyRefused extends Error {
  override name = 'ProxyRefused';
  readonly code = 'PROXY_REFUSED';
}

/** A proxy in axios' terms, through which https goes by CONNECT. */
export function tunnelBy(proxyUrl: Secret): AxiosProxyConfig {
  const { protocol, hostname, port, username, password } = new URL(proxyUrl.reveal());
  return {
    protocol,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    ...(username && {
      auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
    }),
  };
}

/** Only what is encrypted to its end may pass a proxy; this machine is reached without one. */
export function goesThroughTunnel(url: string): boolean {
  return url.startsWith('https:') && !isLoopbackUrl(url);
}

/** Whether an answer came through the tunnel. A proxy that refuses is otherwise handed on as if it were the host. */
export function cameByTls(request: unknown): boolean {
  return (request as { socket?: { encrypted?: boolean } } | undefined)?.socket?.encrypted === true;
}
