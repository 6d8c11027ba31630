import { sandbox, type Sandbox, shop } from './sandbox';

const me = (box: Sandbox, token: string) => box.get('/me', { access_token: token });

describe('a refused token', () => {
  test.each([
    ['missing', '', 400, 'IGApiException', 'Invalid OAuth 2.0 Access Token'],
    [
      'unknown',
      'EAACEdEose0',
      401,
      'OAuthException',
      'Invalid OAuth access token - Cannot parse access token',
    ],
  ])('%s: 190 without subcode', async (_, token, status, type, message) => {
    const answer = await me(sandbox(), token);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      error: { message, type, code: 190, fbtrace_id: expect.stringMatching(/^A\w{10,}$/) },
    });
  });

  test('says when it expired and the current time, in California', async () => {
    const box = sandbox({ clock: { now: () => Date.parse('2026-05-21T10:00:00Z') } });
    box.simulator.addAccount({ username: 'shop' });
    const token = box.simulator.generateToken('shop', { kind: 'short' });
    box.advance(22 * 3_600 + 39 * 60 + 32);
    const { status, body, headers } = await me(box, token);
    const message =
      'Error validating access token: Session has expired on Thursday, 21-May-26 04:00:00 PDT. The current time is Friday, 22-May-26 01:39:32 PDT.';
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ message, type: 'OAuthException', code: 190, error_subcode: 463 });
    expect(headers.get('www-authenticate')).toBe(`OAuth "Facebook Platform" "invalid_token" "${message}"`);
    expect(headers.get('date')).toBe('Fri, 22 May 2026 08:39:32 GMT');
  });

  test.each([
    [458, 'has not authorized application 1029384756102938.'],
    [459, 'checkpoint'],
    [460, 'the user changed their password'],
    [464, 'is not a confirmed user'],
    [466, 'Invalid OAuth access token.'],
    [467, 'the user logged out'],
    [490, 'checkpoint'],
  ])('carries subcode %i and its message', async (subcode, text) => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.invalidate('shop', subcode);
    const { status, body } = await me(box, token);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 190, error_subcode: subcode });
    expect(body.error.message).toContain(text);
  });

  test('with subcode 463 says that it expired when it was invalidated', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.invalidate('shop', 463);
    box.advance(3_600);
    expect((await me(box, token)).body.error.message).toBe(
      'Error validating access token: Session has expired on Wednesday, 20-May-26 05:00:00 PDT. The current time is Wednesday, 20-May-26 06:00:00 PDT.',
    );
  });

  test('names the checkpoint for 490', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.invalidate('shop', 490);
    expect(Object.keys((await me(box, token)).body.error.error_data)).toEqual([
      'checkpoint_flow_id',
      'checkpoint_content_id',
    ]);
  });

  test('carries a literal subcode 0 or none when set so', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.invalidate('shop', 0);
    expect((await me(box, token)).body.error.error_subcode).toBe(0);
    box.simulator.invalidate('shop', null);
    expect((await me(box, token)).body.error).not.toHaveProperty('error_subcode');
  });

  test('masks whatever else is wrong', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.invalidate('shop');
    for (const path of ['/nothing/at/all', '/me/conversations', '/17841400000000001']) {
      const { body } = await box.get(path, { access_token: token, fields: 'nonsense' });
      expect(body.error.code).toBe(190);
    }
  });
});

test('a grant after an invalidation is unaffected by it', async () => {
  const box = sandbox();
  const { token } = shop(box);
  box.simulator.invalidate('shop');
  const later = box.simulator.generateToken('shop');
  expect((await me(box, token)).status).toBe(400);
  expect((await me(box, later)).status).toBe(200);
});

test('a grant leaves earlier tokens of the account alive', async () => {
  const box = sandbox();
  const { token } = shop(box);
  box.simulator.generateToken('shop');
  expect((await me(box, token)).status).toBe(200);
});

test('restoring revives checkpointed tokens, but not those a password change killed', async () => {
  const box = sandbox();
  const { token } = shop(box);
  box.simulator.invalidate('shop', 460);
  box.simulator.restore('shop');
  expect((await me(box, token)).status).toBe(400);
  const next = box.simulator.generateToken('shop');
  box.simulator.invalidate('shop', 490);
  box.simulator.restore('shop');
  expect((await me(box, next)).status).toBe(200);
});
