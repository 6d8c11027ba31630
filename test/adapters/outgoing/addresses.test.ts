import fc from 'fast-check';
import { isLoopbackAddress, isPublicAddress } from '../../../adapters/outgoing/addresses';
import { isLoopbackUrl } from '../../../adapters/outgoing/loopback';
import { checkTarget } from '../../../adapters/outgoing/target';

const PUBLIC = [
  '1.1.1.1',
  '93.184.216.34',
  '100.63.255.255',
  '172.32.0.1',
  '2606:4700:4700::1111',
  '2a00::1',
];

/** A first, a last or a well-known address of each block. */
const SPECIAL: Record<string, string[]> = {
  'this network': ['0.0.0.0', '0.1.2.3'],
  private: ['10.0.0.1', '172.16.0.0', '172.31.255.255', '192.168.0.1'],
  'carrier-shared, with a metadata service': ['100.64.0.0', '100.127.255.255', '100.100.100.200'],
  loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  'link-local, with metadata services': ['169.254.169.254', '169.254.170.2', 'fe80::1', 'febf::1'],
  'protocol assignments': ['192.0.0.1', '192.0.0.192', '192.0.0.170'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '3fff::1'],
  '6to4 relays': ['192.88.99.1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  'AS112 and AMT': ['192.31.196.1', '192.52.193.1', '192.175.48.1', '2001:4:112::1', '2620:4f:8000::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'reserved and broadcast': ['240.0.0.1', '255.255.255.255'],
  'Azure to its machines': ['168.63.129.16'],
  unspecified: ['::'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:1.1.1.1', '::ffff:0:127.0.0.1'],
  'IPv4-compatible': ['::127.0.0.1', '::1.1.1.1'],
  NAT64: ['64:ff9b::a00:1', '64:ff9b::1.1.1.1', '64:ff9b:1::1'],
  'discard and dummy': ['100::1', '100:0:0:1::1'],
  '6to4': ['2002:7f00:1::1', '2002:101:101::1'],
  Teredo: ['2001::1', '2001:0:1:2::3'],
  'IETF assignments, ORCHID': ['2001:1::1', '2001:10::1', '2001:20::1', '2001:30::1', '2001:1ff::1'],
  'segment routing': ['5f00::1'],
  'unique-local, with metadata services': ['fc00::1', 'fd00:ec2::254', 'fd20:ce::254'],
  'site-local': ['fec0::1'],
  'not given out': ['4000::1', '200::1', 'e000::1'],
};

test.each(PUBLIC)('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
  expect(isLoopbackAddress(address)).toBe(false);
});

test.each(Object.entries(SPECIAL))('%s: not public', (_, addresses) => {
  for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false]);
});

test.each([
  '',
  'localhost',
  '127.1',
  '0x7f000001',
  '2130706433',
  '1.1.1.1 ',
  'fe80::1%eth0',
  '2606::1%1',
  '1.1.1',
])('what is no plain address (%p) is not public either', (text) => {
  expect(isPublicAddress(text)).toBe(false);
  expect(isLoopbackAddress(text)).toBe(false);
});

test('no IPv6 address that holds an inner IPv4 one in a known way is public', () => {
  const part = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      fc.tuple(part, part, part, part),
      fc.constantFrom('::', '::ffff:', '64:ff9b::'),
      (bytes, prefix) => expect(isPublicAddress(prefix + bytes.join('.'))).toBe(false),
    ),
  );
});

const production = { development: false };
const development = { development: true };
const codeOf = (url: string, rules = production) => {
  try {
    checkTarget(url, rules);
    return 'allowed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** One machine, and one network, in the notations that URLs allow. */
const LOOPBACK_IN_DISGUISE = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7F.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1.',
  '2130706433.',
  '１２７.０.０.１',
  '127。0。0。1',
  '%31%32%37.0.0.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
];
const PRIVATE_IN_DISGUISE = [
  '10.1',
  '0xa9fea9fe',
  '2852039166',
  '0251.0376.0251.0376',
  '192.168.257',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[fe80::1]',
  '0',
  '[::]',
];

test.each([...LOOPBACK_IN_DISGUISE, ...PRIVATE_IN_DISGUISE])('https://%s/ is refused', (host) => {
  expect(codeOf(`https://${host}/hook`)).toBe('address_refused');
});

test.each(LOOPBACK_IN_DISGUISE)('in development http://%s/ may be called', (host) => {
  expect(codeOf(`http://${host}:8080/hook`, development)).toBe('allowed');
});

test.each(PRIVATE_IN_DISGUISE)('in development https://%s/ is refused all the same', (host) => {
  expect(codeOf(`https://${host}/hook`, development)).toBe('address_refused');
});

test.each([
  'http://example.com/hook',
  'https://user@example.com/',
  'https://user:word@example.com/',
  'https://:word@example.com/',
  'https://example.com:0/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'https://',
  'example.com',
  'https://1.2.3.4.5/',
  'https://999.1.1.1/',
  '',
])('%s is refused', (url) => {
  expect(codeOf(url)).toBe('address_refused');
});

test.each([
  'https://example.com/',
  'https://example.com:8443/a?b=c',
  'https://1.1.1.1/',
  'https://hooks.internal/',
])('%s passes as far as its text shows', (url) => {
  expect(codeOf(url)).toBe('allowed');
});

test.each([
  ['http://127.0.0.1:3000', true],
  ['http://localhost', true],
  ['http://[::1]:3000', true],
  ['https://evergrant.example', false],
  ['http://127.0.0.1.example', false],
  ['http://localhost.example', false],
  ['', false],
])('whether %s leads to this machine: %p', (url, expected) => {
  expect(isLoopbackUrl(url)).toBe(expected);
});
