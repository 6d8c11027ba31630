import { inspect } from 'node:util';
import { Secret } from '../../../core/access/secret';

test('a secret shows itself nowhere but where it is revealed', () => {
  const secret = new Secret('IGAAsecret');
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 5 }),
    'x' + secret,
    new Error(`${secret}`).stack,
  ];
  for (const text of shown) expect(text).not.toContain('IGAA');
  expect(secret.reveal()).toBe('IGAAsecret');
});
