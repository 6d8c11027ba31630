import { createHmac } from 'node:crypto';
import { SANDBOX_APP_SECRET } from '../../simulator/index';
import { DAY_S, longTokenQuery, refreshQuery, sandbox, type Sandbox, shop, shortToken } from './sandbox';

let box: Sandbox;
let token: string;
beforeEach(() => {
  box = sandbox();
  ({ token } = shop(box));
});

const proof = (value = token, secret = SANDBOX_APP_SECRET) =>
  createHmac('sha256', secret).update(value).digest('hex');
const me = (query: Record<string, string> = {}) => box.get('/me', { access_token: token, ...query });

const WRONG = {
  message: 'Invalid appsecret_proof provided in the API argument',
  type: 'GraphMethodException',
  code: 100,
};
const MISSING = {
  message: 'API calls from the server require an appsecret_proof argument',
  type: 'GraphMethodException',
  code: 100,
};

test('a proof that is right is taken, with the token as header too', async () => {
  expect((await me({ appsecret_proof: proof() })).status).toBe(200);
  const bearer = { authorization: `Bearer ${token}` };
  expect((await box.get('/me', { appsecret_proof: proof() }, bearer)).status).toBe(200);
});

test.each([
  ['another secret', () => proof(token, 'other')],
  ['another token', () => proof('IGAAother')],
  ['nothing', () => ''],
])('a proof of %s is refused, required or not', async (_, made) => {
  const { status, body } = await me({ appsecret_proof: made() });
  expect(status).toBe(400);
  expect(body.error).toMatchObject(WRONG);
});

test('a proof that is required is missed by calls and refresh, not by the exchange', async () => {
  await box.json('/_sim/mode', { appsecretProof: 'required' });
  expect((await me()).body.error).toMatchObject(MISSING);
  expect((await me({ appsecret_proof: proof() })).status).toBe(200);
  const short = await shortToken(box, 'shop');
  expect((await box.get('/access_token', longTokenQuery(short))).status).toBe(200);
  box.advance(DAY_S);
  const refresh = (query: object) => box.get('/refresh_access_token', { ...refreshQuery(token), ...query });
  expect((await refresh({})).body.error).toMatchObject(MISSING);
  expect((await refresh({ appsecret_proof: proof() })).status).toBe(200);
});

test('a wrong proof is refused by the exchange as well', async () => {
  const short = await shortToken(box, 'shop');
  const { body } = await box.get('/access_token', longTokenQuery(short, { appsecret_proof: proof() }));
  expect(body.error).toMatchObject(WRONG);
});

test('a dead token masks its proof', async () => {
  box.simulator.invalidate('shop');
  expect((await me({ appsecret_proof: 'wrong' })).body.error.code).toBe(190);
});
