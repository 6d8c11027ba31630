import { type Site } from '../../../http/deps';
import { isAppOrigin } from '../../../http/middleware/origins';

const site = {
  publicUrl: 'https://evergrant.shopdesk.example',
  appOrigins: ['https://app.shopdesk.example', 'admin.shopdesk.example', 'localhost:5173', '127.0.0.1'],
} as unknown as Site;

test.each([
  ['https://app.shopdesk.example', true],
  ['https://evergrant.shopdesk.example', true],
  ['https://admin.shopdesk.example', true],
  ['http://localhost:5173', true],
  ['http://127.0.0.1', true],
  ['http://app.shopdesk.example', false],
  ['http://admin.shopdesk.example', false],
  ['https://app.shopdesk.example:8443', false],
  ['https://app.shopdesk.example.evil.example', false],
  ['http://localhost:5174', false],
  ['ftp://127.0.0.1', false],
  ['null', false],
  ['', false],
])('%s is one of ours: %p', (origin, expected) => {
  expect(isAppOrigin(site, origin)).toBe(expected);
});
