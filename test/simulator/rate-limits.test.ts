import { refreshQuery, sandbox, type Sandbox, shop } from './sandbox';

let box: Sandbox;
let id: string;
let token: string;
beforeEach(() => {
  box = sandbox();
  ({ id, token } = shop(box, 1));
});

const read = (path = '/me/conversations') => box.get(path, { access_token: token });
const me = () => read('/me');
const send = (recipient: string) =>
  box.json(`/me/messages?access_token=${token}`, {
    recipient: { id: recipient },
    message: { text: 'hello' },
  });
const usage = (input: object) => box.json('/_sim/usage', input);

describe('calls per second, in mode "enforced"', () => {
  beforeEach(() => box.simulator.setMode({ limits: 'enforced' }));

  test('two reads of conversations, whatever they read, and a third is refused', async () => {
    const { conversationId, id: message } = box.simulator.messages('shop')[0]!;
    expect((await read()).status).toBe(200);
    expect((await read(`/${conversationId}`)).status).toBe(200);
    for (const path of ['/me/conversations', `/${conversationId}/messages`, `/${message}`]) {
      const { status, body } = await read(path);
      expect(status).toBe(400);
      expect(body.error).toMatchObject({
        code: 613,
        error_subcode: 2534040,
        message: 'Calls to this api have exceeded the rate limit.',
      });
    }
    box.advance(1);
    expect((await read()).status).toBe(200);
  });

  test('calling on while refused prolongs it', async () => {
    for (let call = 0; call < 3; call++) await read();
    box.advance(0.6);
    await read();
    await read();
    box.advance(0.6);
    expect((await read()).status).toBe(400);
    box.advance(1);
    expect((await read()).status).toBe(200);
  });

  test('each account has its own, and other calls have none', async () => {
    for (let call = 0; call < 3; call++) await read();
    box.simulator.addAccount({ username: 'other' });
    const other = box.simulator.generateToken('other');
    expect((await box.get('/me/conversations', { access_token: other })).status).toBe(200);
    expect((await me()).status).toBe(200);
  });

  test('a hundred sends', async () => {
    const customer = box.simulator.receive('shop', { text: 'hi', from: 'mia' }).from.id;
    for (let call = 0; call < 100; call++) expect((await send(customer)).status).toBe(200);
    expect((await send(customer)).body.error).toMatchObject({ code: 613, error_subcode: 2534040 });
    box.advance(1);
    expect((await send(customer)).status).toBe(200);
  });
});

test('calls per second are not counted by default', async () => {
  for (let call = 0; call < 10; call++) expect((await read()).status).toBe(200);
});

describe('the header about what is used up', () => {
  const header = async () => (await me()).headers.get('x-app-usage');

  test('comes in both spellings, or not at all', async () => {
    expect(await header()).toBe('{"call_volume":0,"cpu_time":0}');
    await usage({ app: { calls: 28, time: 25, cpu: 24 } });
    expect(await header()).toBe('{"call_volume":28,"cpu_time":24}');
    box.simulator.setMode({ usageHeader: 'call_count' });
    expect(await header()).toBe('{"call_count":28,"total_time":25,"total_cputime":24}');
    box.simulator.setMode({ usageHeader: 'none' });
    expect(await header()).toBeNull();
  });

  test('comes with errors too', async () => {
    const { headers } = await box.get('/me', { access_token: 'nonsense' });
    expect(headers.get('x-app-usage')).toContain('call_volume');
  });

  test('is the account’s where it has a usage, with minutes', async () => {
    const { body } = await usage({ accounts: { shop: { calls: 97, time: 4, cpu: 3, minutes: 10 } } });
    expect(body.accounts[id]).toMatchObject({ calls: 97, regainsAt: '2026-05-20T12:10:00.000Z' });
    box.advance(61);
    const { headers } = await me();
    expect(headers.get('x-app-usage')).toBeNull();
    expect(JSON.parse(headers.get('x-business-use-case-usage') ?? '')).toEqual({
      [id]: [
        {
          type: 'instagram',
          call_count: 97,
          total_cputime: 3,
          total_time: 4,
          estimated_time_to_regain_access: 9,
        },
      ],
    });
    box.advance(9 * 60);
    expect((await me()).headers.get('x-business-use-case-usage')).toBeNull();
  });

  test('says 0 minutes when the time is unknown', async () => {
    await usage({ accounts: { [id]: { calls: 95 } } });
    expect((await me()).headers.get('x-business-use-case-usage')).toContain(
      '"estimated_time_to_regain_access":0',
    );
  });
});

describe('what is used up completely', () => {
  test('of an account is refused with 80002, but for messaging', async () => {
    await usage({ accounts: { shop: { calls: 100, minutes: 30 } } });
    for (const path of ['/me', `/${id}`, '/me/subscribed_apps']) {
      const { status, body } = await read(path);
      expect([status, body.error.code]).toEqual([400, 80002]);
      expect(body.error.message).toContain('too many calls to this Instagram account');
    }
    expect((await read()).status).toBe(200);
    box.advance(30 * 60);
    expect((await me()).status).toBe(200);
  });

  test('of the app is refused for everyone, tokens included, until it is over', async () => {
    await usage({ app: { cpu: 100 } });
    box.advance(86_400);
    for (const answer of [
      await me(),
      await read(),
      await box.get('/refresh_access_token', refreshQuery(token)),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.body.error).toMatchObject({
        code: 4,
        error_subcode: 1349210,
        message: 'Application request limit reached',
      });
    }
    await usage({ app: null });
    expect((await me()).status).toBe(200);
  });
});

test('usage can be read back, outlives the process, and an account that is unknown is refused', async () => {
  await usage({ app: { calls: 5 }, accounts: { shop: { calls: 6 } } });
  const { body } = await box.get('/_sim/usage');
  expect(body).toEqual({
    app: { calls: 5, time: 0, cpu: 0, regainsAt: null },
    accounts: { [id]: { calls: 6, time: 0, cpu: 0, regainsAt: null } },
  });
  const later = sandbox({ snapshot: box.simulator.snapshot() });
  expect((await later.get('/_sim/usage')).body).toEqual(body);
  expect((await usage({ accounts: { nobody: null } })).status).toBe(409);
  expect((await usage({ app: { calls: -1 } })).body.errors[0].field).toBe('app.calls');
});
