import { isLoopbackAddress } from './addresses';

/** Whether a host, as a setting or a URL names it, is this machine by its name alone. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host.replace(/^\[|\]$/g, ''));
}

/** Whether what goes to a URL cannot be read on the way: it is https, or does not leave this machine. */
export function isConfidential(url: string): boolean {
  return url.startsWith('https:') || isLoopbackUrl(url);
}

/** Whether a URL leads to this machine. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}
