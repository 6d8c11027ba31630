import { createHmac } from 'node:crypto';
import { SANDBOX_APP_SECRET } from '../../simulator/index';
import { type Receiver, startReceiver } from './receiver';
import { sandbox, type Sandbox, shop, START } from './sandbox';

let receiver: Receiver;
let box: Sandbox;
let account: ReturnType<typeof shop>;
beforeEach(async () => {
  receiver = await startReceiver();
  box = sandbox();
  account = shop(box);
  await box.json('/_sim/webhooks', {
    deauthorizeUrl: `${receiver.url}/deauthorize`,
    dataDeletionUrl: `${receiver.url}/deletion`,
  });
});
afterEach(async () => {
  box.simulator.close();
  await receiver.stop();
});

const tell = (what: string, how: object = {}) => box.json(`/_sim/accounts/${account.id}/${what}`, how);

/** What an app does with a `signed_request`. */
function read(index: number) {
  const [sent = '', payload = ''] =
    new URLSearchParams(receiver.posts[index]?.body).get('signed_request')?.split('.') ?? [];
  const expected = createHmac('sha256', SANDBOX_APP_SECRET).update(payload).digest('base64url');
  return { genuine: sent === expected, payload: JSON.parse(Buffer.from(payload, 'base64url').toString()) };
}

describe('deauthorizing', () => {
  test('refuses every token with 458 and notifies the app, signed', async () => {
    const { status, body } = await tell('deauthorize');
    expect(status).toBe(200);
    expect(body.account.state).toBe('invalidated');
    expect(body.delivery).toMatchObject({ kind: 'deauthorize', state: 'delivered', account: account.id });
    expect((await box.get('/me', { access_token: account.token })).body.error).toMatchObject({
      code: 190,
      error_subcode: 458,
    });
    expect(receiver.posts[0]).toMatchObject({
      path: '/deauthorize',
      headers: { 'content-type': expect.stringContaining('application/x-www-form-urlencoded') },
    });
    expect(read(0)).toEqual({
      genuine: true,
      payload: { user_id: account.appScopedId, algorithm: 'HMAC-SHA256', issued_at: START / 1_000 },
    });
  });

  test('ends the subscription', async () => {
    await box.form('/me/subscribed_apps', { subscribed_fields: 'messages', access_token: account.token });
    await tell('deauthorize');
    const again = box.simulator.generateToken('shop');
    expect((await box.get('/me/subscribed_apps', { access_token: again })).body.data).toEqual([]);
  });

  test('can name the professional account, and another instant', async () => {
    await tell('deauthorize', { userId: 'professional', issuedAt: 1_600_000_000 });
    expect(read(0)).toMatchObject({
      genuine: true,
      payload: { user_id: account.id, issued_at: 1_600_000_000 },
    });
  });

  test.each([
    ['wrong signature', { signature: 'wrong' }, { genuine: false }],
    ['other algorithm', { algorithm: 'none' }, { genuine: true, payload: { algorithm: 'none' } }],
  ])('with a %s is a forgery: the tokens keep working', async (_, how, seen) => {
    const { body } = await tell('deauthorize', how);
    expect(read(0)).toMatchObject(seen);
    expect(body.account.state).toBe('valid');
  });

  test('can be delivered again with the very same bytes', async () => {
    const { body } = await tell('deauthorize');
    box.advance(3_600);
    await box.json(`/_sim/deliveries/${body.delivery.seq}/resend`, {});
    expect(receiver.posts[1]?.body).toBe(receiver.posts[0]?.body);
  });

  test('is not repeated by itself when the app does not take it', async () => {
    receiver.status = 500;
    const { body } = await tell('deauthorize');
    expect(body.delivery).toMatchObject({ state: 'failed', nextAttemptAt: null });
  });

  test('works without an address too', async () => {
    await box.json('/_sim/webhooks', { deauthorizeUrl: null });
    const { body } = await tell('deauthorize');
    expect([body.account.state, body.delivery]).toEqual(['invalidated', null]);
  });
});

describe('asking for the deletion of data', () => {
  test('returns the page and the code that the app answers, and leaves tokens alone', async () => {
    receiver.answer = JSON.stringify({ url: 'http://127.0.0.1/deletion/1', confirmation_code: 'a1b2' });
    const { status, body } = await tell('data-deletion');
    expect(status).toBe(200);
    expect(body.answer).toEqual({ url: 'http://127.0.0.1/deletion/1', confirmation_code: 'a1b2' });
    expect(receiver.posts[0]?.path).toBe('/deletion');
    expect(read(0)).toMatchObject({ genuine: true, payload: { user_id: account.appScopedId } });
    expect(box.simulator.account('shop').state).toBe('valid');
  });

  test.each(['', '{"url":"http://127.0.0.1/"}', 'deleted'])(
    'answered with %j is not answered',
    async (text) => {
      receiver.answer = text;
      expect((await tell('data-deletion')).body.answer).toBeNull();
    },
  );

  test('needs an address', async () => {
    box.simulator.reset();
    box.simulator.addAccount({ username: 'later' });
    const { status, body } = await box.json('/_sim/accounts/later/data-deletion', {});
    expect([status, body.errors[0].field]).toEqual([409, 'dataDeletionUrl']);
  });
});

test.each([
  ['userId', { userId: 'page' }],
  ['signature', { signature: 'none' }],
  ['issuedAt', { issuedAt: '2026' }],
])('%s that is wrong is refused by name', async (field, how) => {
  const { status, body } = await tell('deauthorize', how);
  expect([status, body.errors[0].field]).toEqual([400, field]);
});
