import { refusalOf, withoutTokens } from '../../../core/messaging/graph-paths';

const MEDIA = '17895695668004550';
const MESSAGE = 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE';

test.each<['GET' | 'POST', string, Record<string, string>?]>([
  ['GET', '/me', { fields: 'id,username,followers_count' }],
  ['GET', `/${MEDIA}`, { fields: 'like_count,comments{text,username}' }],
  ['GET', `/${MESSAGE}`, { fields: 'id,message,from' }],
  ['GET', '/me/conversations', { platform: 'instagram', user_id: '1844', folder: 'general' }],
  ['GET', '/me/media', { limit: '10', after: 'QVFIU' }],
  ['GET', `/${MEDIA}/insights`, { metric: 'reach,likes', period: 'day', breakdown: 'follow_type' }],
  ['GET', '/me/stories'],
  ['GET', `/${MEDIA}/comments`],
  ['POST', `/${MEDIA}`, { hide: 'true' }],
  ['POST', `/${MEDIA}`, { comment_enabled: 'false' }],
  ['POST', '/me/messages', { recipient: '{"id":"1844"}', sender_action: 'typing_on' }],
  ['POST', '/me/messenger_profile', { platform: 'instagram', ice_breakers: '[]' }],
])('%s %s may be called', (method, path, params = {}) => {
  expect(refusalOf({ method, path, params })).toBeNull();
});

test.each<['GET' | 'POST', string, Record<string, string>?]>([
  // Tokens, logins, subscriptions and permissions are the service's own.
  ['GET', '/refresh_access_token', { grant_type: 'ig_refresh_token' }],
  ['GET', '/access_token'],
  ['POST', '/oauth/access_token'],
  ['GET', '/debug_token'],
  ['GET', '/me/permissions'],
  ['POST', '/me/permissions'],
  ['POST', '/me/subscribed_apps'],
  ['GET', '/me/accounts'],
  ['GET', '/me', { access_token: 'IGAA' }],
  ['GET', '/me', { fields: 'id,access_token' }],
  ['GET', '/me', { appsecret_proof: 'x' }],
  ['GET', '/me', { method: 'delete' }],
  ['GET', '/me', { callback: 'f' }],
  ['GET', '/', { batch: '[]' }],
  ['GET', '/', { ids: '1,2' }],
  // Other hosts, versions and ways to write a path.
  ['GET', 'me'],
  ['GET', ''],
  ['GET', '/me/'],
  ['GET', '//evil.example/me'],
  ['GET', 'https://evil.example/me'],
  ['GET', '@evil.example/me'],
  ['GET', '/v25.0/me'],
  ['GET', '/me/../refresh_access_token'],
  ['GET', '/..'],
  ['GET', '/me%2Fmedia'],
  ['GET', '/me/media?access_token=x'],
  ['GET', '/me#x'],
  ['GET', '/me\n'],
  ['GET', '/me/media\n'],
  ['GET', '/me/media/insights'],
  ['GET', '/ME/media'],
  // Writes that would do something a second time.
  ['POST', '/me'],
  ['POST', '/me/media', { image_url: 'https://x' }],
  ['POST', '/me/media_publish', { creation_id: '1' }],
  ['POST', '/me/messages', { recipient: '{}', message: '{"text":"x"}' }],
  ['POST', '/me/messages', { recipient: '{}', sender_action: 'typing_on', message: '{}' }],
  ['POST', '/me/messages', { recipient: '{}' }],
  ['POST', `/${MEDIA}/replies`, { message: 'x' }],
  ['POST', `/${MEDIA}`, {}],
  ['POST', `/${MEDIA}`, { hide: 'true', method: 'delete' }],
])('%s %s %j is refused', (method, path, params = {}) => {
  expect(refusalOf({ method, path, params })).toEqual(expect.any(String));
});

test('an answer loses the token it was asked for with, wherever that is, and every other one', () => {
  const token = 'IGAAtoken+1';
  const answer = {
    id: '1',
    access_token: 'IGAAother',
    paging: {
      next: `https://graph.instagram.com/v25.0/me?access_token=${encodeURIComponent(token)}&after=x`,
    },
    nested: [{ text: `My token is ${token}` }, 'https://x.example/?a=1&access_token=IGAAother&b=2', 7, null],
  };
  const left = withoutTokens(answer, token);
  expect(JSON.stringify(left)).not.toMatch(/IGAA/);
  expect(left).toEqual({
    id: '1',
    access_token: '[secret]',
    paging: { next: 'https://graph.instagram.com/v25.0/me?access_token=[secret]&after=x' },
    nested: [{ text: 'My token is [secret]' }, 'https://x.example/?a=1&access_token=[secret]&b=2', 7, null],
  });
});
