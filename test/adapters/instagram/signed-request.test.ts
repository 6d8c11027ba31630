import { createHmac } from 'node:crypto';
import { readSignedRequest } from '../../../adapters/instagram/signed-request';
import { signingSecrets } from '../../../adapters/instagram/signature';
import { Secret } from '../../../core/access/secret';
import { signedRequest } from '../../support/callbacks';

const secrets = [new Secret('now'), new Secret('before')];
const read = (text: string) => readSignedRequest(text, secrets);
const payload = { user_id: '17841400000000001', algorithm: 'HMAC-SHA256', issued_at: 1_800_000_000 };
const signed = signedRequest(payload, 'now');

test('returns the account and when it was issued, to the end of that second', () => {
  expect(read(signed)).toMatchObject({ userId: '17841400000000001', issuedBefore: 1_800_000_001_000 });
});

test('counts by the secret before, too', () => {
  expect(read(signedRequest(payload, 'before'))?.userId).toBe(payload.user_id);
});

test('reads numeric ids beyond 2^53 without rounding them', () => {
  const text = JSON.stringify(payload).replace('"17841400000000001"', '27640875392278831');
  expect(read(signedRequest(text, 'now'))?.userId).toBe('27640875392278831');
});

test('the same request has the same digest, another one has another', () => {
  const later = signedRequest({ ...payload, issued_at: payload.issued_at + 1 }, 'now');
  expect(read(signed)?.digest).toEqual(read(signed)?.digest);
  expect(read(later)?.digest).not.toEqual(read(signed)?.digest);
});

/** A right signature of something that is not as it must be. */
const SIGNED: [string, unknown][] = [
  ['without user_id', { ...payload, user_id: undefined }],
  ['with a user_id that is none', { ...payload, user_id: "1' or 1=1" }],
  ['with an empty user_id', { ...payload, user_id: '' }],
  ['without algorithm', { ...payload, algorithm: undefined }],
  ['of another algorithm', { ...payload, algorithm: 'HMAC-SHA1' }],
  ['of no algorithm', { ...payload, algorithm: 'none' }],
  ['without issued_at', { ...payload, issued_at: undefined }],
  ['issued at no instant', { ...payload, issued_at: 1e300 }],
  ['issued at a text', { ...payload, issued_at: 'now' }],
  ['that is no object', [payload]],
  ['that is no JSON', '{'],
  ['that is nested without end', '['.repeat(100_000)],
];

test.each(SIGNED)('a payload %s is none', (_, wrong) => {
  expect(read(signedRequest(wrong, 'now'))).toBeNull();
});

const [signature = '', encoded = ''] = signed.split('.');
const decoded = Buffer.from(encoded, 'base64url').toString();
const other = Buffer.from(decoded.replace('001"', '002"')).toString('base64url');

test.each([
  ['signed by another secret', signedRequest(payload, 'unknown')],
  ['signed by an empty secret', signedRequest(payload, '')],
  ['with another payload', `${signature}.${other}`],
  ['whose decoded payload is what is signed', `${sign(decoded)}.${encoded}`],
  ['with a cut signature', `${signature.slice(0, -4)}.${encoded}`],
  ['without a signature', `.${encoded}`],
  ['without a payload', `${signature}.`],
  ['of one part', encoded],
  ['of three parts', `${signed}.x`],
  ['of nothing', ''],
  ['in base64 of another alphabet', `${signature}.${encoded.slice(0, -1)}+`],
  ['with what is no base64', `${signature}.%%%`],
])('a request %s is none', (_, text) => {
  expect(read(text)).toBeNull();
});

test('without any secret nothing is signed', () => {
  const settings = { appSecret: new Secret(''), appSecretPrevious: undefined } as Parameters<
    typeof signingSecrets
  >[0];
  expect(readSignedRequest(signedRequest(payload, ''), signingSecrets(settings))).toBeNull();
});

function sign(text: string): string {
  return createHmac('sha256', 'now').update(text).digest('base64url');
}
