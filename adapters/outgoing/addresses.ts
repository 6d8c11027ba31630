import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All that IANA has given out for one host each; what is outside is special, reserved or embeds an IPv4 address. */
const IPV6_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
/** Public by its number, yet answered by the cloud that one runs in: Azure's own services to its machines. */
const INSIDE_CLOUDS = new Set(['168.63.129.16']);

/**
 * Whether an IP address is of the public internet: globally unicast, and none of the special ones (private, loopback,
 * link-local with the metadata of clouds, shared, documentation, multicast, mapped and translated …).
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(text: string): boolean {
  const address = parse(text);
  if (!address || address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(IPV6_UNICAST);
  return !INSIDE_CLOUDS.has(address.toString());
}

/** Whether an IP address is this machine's own. */
export function isLoopbackAddress(text: string): boolean {
  return parse(text)?.range() === 'loopback';
}

function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // The library also reads notations (octal, a zone) that others read differently: only plain ones are taken.
  return isIP(text) !== 0 && !text.includes('%') ? ipaddr.parse(text) : null;
}
