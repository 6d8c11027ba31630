import { ACTOR_KINDS } from '../../../core/access/actor';
import { actorText, changesText } from '../../../core/text/audit-log';

test.each([
  ['api_key', null, 'key Jo'],
  ['api_key', 'bob', 'key Jo, used by bob'],
  ['console_user', null, 'Jo in the console'],
  ['embed_token', null, 'page of owner Jo'],
  ['owner', null, 'owner Jo'],
  ['instagram', null, 'Instagram'],
  ['cli', null, 'Jo at the command line'],
  ['workflow', null, 'Jo'],
] as const)('%s, used by %p: %s', (kind, user, text) => {
  expect(actorText({ kind, name: 'Jo', user })).toBe(text);
});

test('every kind of actor has words', () => {
  for (const kind of ACTOR_KINDS) expect(actorText({ kind, name: 'Jo', user: null })).toBeTruthy();
});

test.each([
  [{}, ''],
  [{ name: 'inbox', scopes: ['read', 'message'], ownerRefs: null }, 'name: inbox; scopes: read, message'],
  [{ externalId: { from: null, to: 'x-1' } }, 'externalId: none → x-1'],
  [{ reads: 42, enabled: false }, 'reads: 42; enabled: false'],
])('%j reads "%s"', (changes, text) => {
  expect(changesText(changes)).toBe(text);
});
