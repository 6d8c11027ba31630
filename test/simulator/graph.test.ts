import { BASIC, sandbox, shop } from './sandbox';

describe('GET /me', () => {
  test('gives two different ids, both too long for a double', async () => {
    const box = sandbox();
    const { id, appScopedId, token } = shop(box);
    const { status, body } = await box.get('/me', {
      fields: 'id,user_id,username,account_type',
      access_token: token,
    });
    expect(status).toBe(200);
    expect(body).toEqual({ id: appScopedId, user_id: id, username: 'shop', account_type: 'BUSINESS' });
    for (const one of [id, appScopedId]) expect(String(Number(one))).not.toBe(one);
  });

  test('answers every field that is asked for', async () => {
    const box = sandbox();
    const { token: access_token } = shop(box);
    const fields =
      'id,user_id,username,name,account_type,profile_picture_url,biography,website,followers_count,follows_count,media_count';
    const { body } = await box.get('/me', { fields, access_token });
    expect(Object.keys(body).sort()).toEqual(fields.split(',').sort());
    for (const value of Object.values(body)) expect(value ?? '').not.toBe('');
  });

  test('without fields gives only the app-scoped id', async () => {
    const box = sandbox();
    const { appScopedId, token } = shop(box);
    expect((await box.get('/me', { access_token: token })).body).toEqual({ id: appScopedId });
  });

  test('takes the token as parameter or header, with or without version', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const bearer = await box.get('/v24.0/me', {}, { authorization: `Bearer ${token}` });
    expect(bearer.status).toBe(200);
    expect(bearer.headers.get('instagram-api-version')).toBe('v24.0');
    const plain = await box.get('/me', { access_token: token });
    expect(plain.status).toBe(200);
    expect(plain.headers.get('instagram-api-version')).toBe('v25.0');
  });

  test('answers under the professional account id, not under the app-scoped one', async () => {
    const box = sandbox();
    const { id, appScopedId, token } = shop(box);
    const own = await box.get(`/${id}`, { fields: 'username', access_token: token });
    expect(own.body).toMatchObject({ username: 'shop' });
    const other = await box.get(`/${appScopedId}`, { access_token: token });
    expect(other.body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  test('refuses fields that do not exist', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const { status, body, headers } = await box.get('/me', { fields: 'unread_count', access_token: token });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      message: 'Tried accessing nonexisting field (unread_count)',
      type: 'IGApiException',
      code: 100,
    });
    expect(headers.get('www-authenticate')).toContain('"invalid_request"');
  });
});

describe('a Graph path', () => {
  test('may end in a slash', async () => {
    const box = sandbox();
    const { token } = shop(box);
    expect((await box.get('/v25.0/me/', { access_token: token })).status).toBe(200);
    expect(box.simulator.requests()).toMatchObject([{ path: '/me' }]);
  });

  test('that does not exist is answered with 2500', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const { status, body } = await box.get('/me/nothing', { access_token: token });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 2500, message: 'Unknown path components: /nothing' });
  });

  test('that does not take the method says so', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const { body } = await box.request(`/me?access_token=${token}`, { method: 'DELETE' });
    expect(body.error.message).toBe('Unsupported request - method type: delete');
  });

  test('of messages is closed to a token without the messaging scope', async () => {
    const box = sandbox();
    const { id } = box.simulator.addAccount({ username: 'shop', conversations: 1 });
    const token = box.simulator.generateToken('shop', { scopes: [BASIC] });
    const message = box.simulator.messages('shop')[0];
    const paths = [
      '/me/conversations',
      `/${id}/conversations`,
      `/${message?.id}`,
      `/${message?.conversationId}`,
    ];
    for (const path of paths) {
      const { status, body } = await box.get(path, { access_token: token });
      expect([status, body.error.code]).toEqual([400, 10]);
    }
  });

  test('never opens what belongs to another account', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const other = box.simulator.addAccount({ username: 'other', conversations: 1 });
    const message = box.simulator.messages('other')[0];
    const paths = [
      `/${other.id}`,
      `/${other.id}/conversations`,
      `/${message?.id}`,
      `/${message?.conversationId}`,
      `/${message?.conversationId}/messages`,
    ];
    for (const path of paths) {
      expect((await box.get(path, { access_token: token })).body.error).toMatchObject({
        code: 100,
        error_subcode: 33,
      });
    }
  });
});

test('JSON escapes slashes and whatever is not ASCII', async () => {
  const box = sandbox();
  const account = box.simulator.addAccount({ username: 'shop', name: 'Café a/b 😕' });
  const { text, body } = await box.get('/me', {
    fields: 'name',
    access_token: box.simulator.generateToken(account.id),
  });
  expect(text).toContain('Caf\\u00e9 a\\/b \\ud83d\\ude15');
  expect(body.name).toBe('Café a/b 😕');
});

test('subscribing to a field that does not exist subscribes to none', async () => {
  const box = sandbox();
  const { token } = shop(box);
  const refused = await box.form('/me/subscribed_apps', {
    subscribed_fields: 'messages,message_echo',
    access_token: token,
  });
  expect([refused.status, refused.body.error.code]).toEqual([400, 100]);
  expect(refused.body.error.message).toMatch(/^\(#100\) Param subscribed_fields\[1\] must be one of /);
  expect((await box.get('/me/subscribed_apps', { access_token: token })).body).toEqual({ data: [] });
});

test('subscribing succeeds and is remembered until it ends', async () => {
  const box = sandbox();
  const { id, token } = shop(box);
  const path = `/v25.0/${id}/subscribed_apps`;
  const subscribed = await box.request(
    `${path}?subscribed_fields=messages,messaging_seen&access_token=${token}`,
    {
      method: 'POST',
    },
  );
  expect(subscribed.body).toEqual({ success: true });
  const { body } = await box.get('/me/subscribed_apps', { access_token: token });
  expect(body.data[0].subscribed_fields).toEqual(['messages', 'messaging_seen']);
  await box.request(`/me/subscribed_apps?access_token=${token}`, { method: 'DELETE' });
  expect((await box.get('/me/subscribed_apps', { access_token: token })).body).toEqual({ data: [] });
});
