import { createHmac } from 'node:crypto';
import { deriveKey } from '../../adapters/encryption/key-ring';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { DAY_MS } from '../../core/time';
import { type Answer, type TestApi, useApi } from '../support/api';
import { caller, signedRequest, withCallbacks } from '../support/callbacks';
import { beginnings, neighbours, otherSpellings } from '../support/forgeries';
import { type Stack, grant } from '../support/stack';

let stack: Stack;
let api: TestApi;
let instagram: ReturnType<typeof caller>;
let row: Integration;
useApi((started) => ({ stack, api } = started), {
  workers: false,
  api: (stack) => ({ instagram: withCallbacks(stack.instagram) }),
});
beforeAll(async () => {
  instagram = caller(stack, api);
  row = await stack.connect('target', { start: false });
});

/** Everything about an answer that could tell a forger something. */
const look = ({ status, headers, body }: Answer) => {
  const [, nonce = 'none'] = /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '') ?? [];
  const alike = (text: string) => text.replaceAll(nonce, '…');
  return {
    status,
    body: typeof body === 'string' ? alike(body) : body,
    headers: Object.fromEntries(
      [...headers].filter(([name]) => name !== 'date').map(([name, value]) => [name, alike(value)]),
    ),
  };
};
/** All of these are answered alike, and nothing happens. */
async function expectOneAnswer(answers: Promise<Answer>[], expected: object): Promise<void> {
  expect(answers.length).toBeGreaterThan(0);
  const [first, ...others] = (await Promise.all(answers)).map(look);
  expect(first).toMatchObject(expected);
  for (const other of others) expect(other).toEqual(first);
  expect(await stack.row(row.id)).toEqual(before);
}
let before: Integration;
beforeEach(async () => {
  before = await stack.row(row.id);
});

const hmac = (text: string | Buffer, key: string | Buffer, algorithm = 'sha256') =>
  createHmac(algorithm, key).update(text).digest();

describe.each(['deauthorize', 'data-deletion'] as const)('signed_request to %s', (path) => {
  const refused = {
    status: 400,
    body: {
      code: 'invalid_request',
      errors: [{ field: 'signed_request', message: 'must be signed by Instagram' }],
    },
  };
  const payload = () => instagram.about(row.accountId);
  const genuine = () => signedRequest(payload(), instagram.secret);
  const post = (body: string, type = 'application/x-www-form-urlencoded') =>
    api.as(null).request('POST', `/callbacks/instagram/${path}`, { headers: { 'content-type': type }, body });
  const send = (text: string) => instagram.form(path, text);

  test('every truncation, change and other spelling of a right signature', async () => {
    const [signature = '', encoded = ''] = genuine().split('.');
    const forged = [...beginnings(signature), ...neighbours(signature), ...otherSpellings(signature)];
    await expectOneAnswer(
      forged.map((one) => send(`${one}.${encoded}`)),
      refused,
    );
  });

  test('a right signature of something else', async () => {
    const [signature = '', encoded = ''] = genuine().split('.');
    const decoded = Buffer.from(encoded, 'base64url').toString();
    const other = signedRequest({ ...payload(), user_id: '1' }, instagram.secret);
    const reserialised = Buffer.from(JSON.stringify(JSON.parse(decoded), null, 1)).toString('base64url');
    const forged = [
      `${signature}.${reserialised}`,
      `${signature}.${other.split('.')[1]}`,
      `${other.split('.')[0]}.${encoded}`,
      `${hmac(decoded, instagram.secret).toString('base64url')}.${encoded}`,
      `${encoded}.${signature}`,
      ...otherSpellings(encoded).map((one) => `${signature}.${one}`),
      ...[...otherSpellings(encoded)].map(
        (one) => `${hmac(one, instagram.secret).toString('base64url')}.${one}`,
      ),
    ];
    await expectOneAnswer(forged.map(send), refused);
  });

  test.each(['none', 'None', 'HMAC-SHA1', 'hmac-sha256', 'HMAC-SHA512', 'RS256', '', null, ['HMAC-SHA256']])(
    'the algorithm %p, even rightly signed',
    async (algorithm) => {
      const claimed = { ...payload(), algorithm };
      const encoded = Buffer.from(JSON.stringify(claimed)).toString('base64url');
      const signatures = [
        hmac(encoded, instagram.secret).toString('base64url'),
        hmac(encoded, instagram.secret, 'sha1').toString('base64url'),
        hmac(encoded, instagram.secret, 'sha512').toString('base64url'),
        'none',
        '',
      ];
      await expectOneAnswer(
        signatures.map((signature) => send(`${signature}.${encoded}`)),
        refused,
      );
    },
  );

  test('another secret, one that is empty, nothing at all, and too much', async () => {
    const forged = [
      signedRequest(payload(), 'another secret'),
      signedRequest(payload(), ''),
      signedRequest(payload(), `${instagram.secret} `),
      '',
      '.',
      '..',
      'undefined',
      `${genuine()}.`,
      `.${genuine()}`,
      `${genuine()}.${genuine()}`,
      'A'.repeat(50_000),
      '.'.repeat(50_000),
      `${'A'.repeat(43)}.${'A'.repeat(50_000)}`,
    ];
    await expectOneAnswer(forged.map(send), refused);
  });

  test('a field that is given twice, missing, or not a field of a form', async () => {
    const right = encodeURIComponent(genuine());
    const forged = [
      post(`signed_request=${right}&signed_request=${right}`),
      post(`signed_request=x&signed_request=${right}`),
      post(`signed_request=${right}&signed_request=x`),
      post(`signed_request[]=${right}`),
      post(`Signed_Request=${right}`),
      post(''),
      post(JSON.stringify({ signed_request: genuine() }), 'application/json'),
      post(`signed_request=${right}`, 'text/plain'),
      api.as(null).request('POST', `/callbacks/instagram/${path}?signed_request=${right}`),
    ];
    await expectOneAnswer(forged, refused);
  });
});

test('a genuine request that is replayed after the owner came back ends nothing', async () => {
  const mine = await stack.connect('replayed', { start: false });
  const recorded = signedRequest(instagram.about(mine.accountId), instagram.secret);
  stack.simulator.clock.advance(DAY_MS);
  expect((await instagram.form('deauthorize', recorded)).status).toBe(200);
  expect((await stack.row(mine.id)).state).toBe('expired');
  const again = await grant(stack.deps, await stack.row(mine.id), 'replayed', stack.simulator);
  for (const path of ['deauthorize', 'data-deletion'] as const)
    expect((await instagram.form(path, recorded)).status).toBe(200);
  expect(await stack.row(mine.id)).toMatchObject({ state: 'active', version: again.version });
});

describe('a webhook', () => {
  const refused = { status: 403, body: { code: 'forbidden' } };
  const body = () => JSON.stringify({ object: 'instagram', entry: [{ id: row.accountId, messaging: [] }] });
  const signed = () => hmac(body(), instagram.secret).toString('hex');
  const deliver = (signature: string | null, text = body()) =>
    instagram.deliver(text, { headers: signature === null ? {} : { 'x-hub-signature-256': signature } });

  test('rightly signed is taken', async () => {
    expect((await deliver(`sha256=${signed()}`)).status).toBe(200);
  });

  test('with a truncated, changed or otherwise written signature', async () => {
    const hex = signed();
    const changed = Array.from(
      hex,
      (was, at) => hex.slice(0, at) + (was === '0' ? '1' : '0') + hex.slice(at + 1),
    );
    const forged = [
      ...beginnings(`sha256=${hex}`),
      ...changed.map((one) => `sha256=${one}`),
      `sha256=${hex}0`,
      `sha256=${hex}${hex}`,
      `sha256=${hex.toUpperCase()}`,
      `SHA256=${hex}`,
      `sha256=${hex}, sha256=${hex}`,
      `sha256= ${hex}`,
      `sha1=${hex}`,
      `sha1=${hmac(body(), instagram.secret, 'sha1').toString('hex')}`,
      `sha256=${hmac(body(), instagram.secret).toString('base64url')}`,
      'none',
      hex,
    ];
    await expectOneAnswer([deliver(null), ...forged.map((one) => deliver(one))], refused);
  });

  test('signed for other bytes, or by another secret', async () => {
    const text = body();
    const right = `sha256=${signed()}`;
    await expectOneAnswer(
      [
        deliver(right, JSON.stringify(JSON.parse(text), null, 1)),
        deliver(right, `${text} `),
        deliver(right, text.replace('instagram', 'instagraM')),
        deliver(right, ''),
        deliver(`sha256=${hmac(text, 'another').toString('hex')}`),
        deliver(`sha256=${hmac(text, '').toString('hex')}`),
        deliver('sha256=' + '0'.repeat(64), 'x'.repeat(500_000)),
      ],
      refused,
    );
  });
});

describe('a connect link', () => {
  const over = { status: 410, headers: { 'content-type': expect.stringContaining('text/html') } };
  async function linkOf(id: string): Promise<[payload: string, signature: string]> {
    const { body } = await api.post(`/v1/integrations/${id}/connect-links`);
    const [payload = '', signature = ''] = (body.url as string).split('/connect/')[1]!.split('.');
    return [payload, signature];
  }
  const open = (texts: string[]) =>
    texts.flatMap((text) =>
      ['GET', 'POST'].map((method) => api.as(null).request(method, `/connect/${encodeURIComponent(text)}`)),
    );

  test('as it was given opens', async () => {
    const link = (await linkOf(row.id)).join('.');
    expect((await api.as(null).get(`/connect/${link}`)).status).toBe(200);
  });

  test('truncated, changed, extended, in another case or another spelling', async () => {
    const [payload, signature] = await linkOf(row.id);
    const forged = [
      ...[...beginnings(signature), ...neighbours(signature), ...otherSpellings(signature)].map(
        (one) => `${payload}.${one}`,
      ),
      ...[...neighbours(payload), ...otherSpellings(payload)].map((one) => `${one}.${signature}`),
      ...[payload.toUpperCase(), payload.toLowerCase()].map((one) => `${one}.${signature}`),
      ...[signature.toUpperCase(), signature.toLowerCase()].map((one) => `${payload}.${one}`),
      payload,
      `${payload}.`,
      `.${signature}`,
      `${signature}.${payload}`,
      `${payload}.${signature}.`,
      `${payload}.${signature}.${signature}`,
      `${payload}.${payload}.${signature}`,
      'x',
      'A'.repeat(10_000),
    ];
    await expectOneAnswer(open(forged), over);
  });

  test('with the payload of one and the signature of another', async () => {
    const other = await stack.connect('other', { start: false });
    const [mine, theirs] = [await linkOf(row.id), await linkOf(other.id)];
    await expectOneAnswer(open([`${mine[0]}.${theirs[1]}`, `${theirs[0]}.${mine[1]}`]), over);
  });

  test('signed by a key of ours that is for something else, or by none of ours', async () => {
    const [payload] = await linkOf(row.id);
    const { sealing } = stack.deps.sealer.ring;
    const keys = [
      sealing.bytes,
      deriveKey(sealing, 'embed-token'),
      deriveKey(sealing, ''),
      Buffer.alloc(32),
      '',
    ];
    const forged = keys.map((key) => `${payload}.${hmac(payload, key).toString('base64url')}`);
    await expectOneAnswer(open(forged), over);
  });

  test('rightly signed, of what is no link', async () => {
    const key = deriveKey(stack.deps.sealer.ring.sealing, 'connect-link');
    const forged = [
      '{',
      'null',
      '[]',
      '{"i":1}',
      JSON.stringify({ i: row.id, g: '1', v: null, e: null, r: null }),
    ].map((text) => {
      const payload = Buffer.from(text).toString('base64url');
      return `${payload}.${hmac(payload, key).toString('base64url')}`;
    });
    await expectOneAnswer(open(forged), over);
  });
});
