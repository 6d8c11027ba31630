import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type LookupFunction } from 'node:net';
import { OutgoingFailure } from './failure';
import { type Rules, type Target, mayCall } from './target';

/** Finds the addresses of a name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

export const resolveByTheSystem: Resolve = (host) => lookup(host, { all: true });

/**
 * The addresses that a target's host has now, looked up once. Every one must be allowed: of several, which one gets the
 * connection is chance.
 * @throws OutgoingFailure `unresolvable` or `address_refused`
 */
export async function addressesOf(target: Target, rules: Rules, resolve: Resolve): Promise<LookupAddress[]> {
  if (target.isLiteral) return [{ address: target.host, family: target.host.includes(':') ? 6 : 4 }];
  const found = await resolve(target.host).catch(() => []);
  if (found.length === 0) throw new OutgoingFailure('unresolvable');
  if (!found.every(({ address }) => mayCall(address, rules))) throw new OutgoingFailure('address_refused');
  return found;
}

/** A lookup for one connection that knows these addresses alone, whatever the name means by then. */
export function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family ?? 4);
  };
}
