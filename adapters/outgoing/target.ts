import { isIP } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './addresses';
import { OutgoingFailure } from './failure';

/** What may be called. */
export interface Rules {
  /** In development plain http may be called too, and this machine. */
  development: boolean;
}

/** A customer's address that may be called, judging by its text alone. */
export interface Target {
  url: URL;
  /** As the resolver takes it: without brackets. */
  host: string;
  /** Whether the host is an IP address already. */
  isLiteral: boolean;
}

/**
 * Judges an address by its text. Hosts that are numbers count in every notation, since `URL` writes them as everybody
 * connects to them: `0x7f.1`, `2130706433` and `127.0.0.1.` are 127.0.0.1.
 * @throws OutgoingFailure `address_refused`
 */
export function checkTarget(text: string, rules: Rules): Target {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !hasAllowedForm(url, rules)) throw new OutgoingFailure('address_refused');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLiteral = isIP(host) !== 0;
  if (isLiteral && !mayCall(host, rules)) throw new OutgoingFailure('address_refused');
  return { url, host, isLiteral };
}

/** Whether one IP address may be connected to. */
export function mayCall(address: string, { development }: Rules): boolean {
  return isPublicAddress(address) || (development && isLoopbackAddress(address));
}

function hasAllowedForm(url: URL, { development }: Rules): boolean {
  const isAllowedProtocol = url.protocol === 'https:' || (development && url.protocol === 'http:');
  return (
    isAllowedProtocol && url.username === '' && url.password === '' && url.port !== '0' && url.hostname !== ''
  );
}
