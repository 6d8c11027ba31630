import { publicUrlWarning } from '../../http/run';

test('plain http to others is warned about, and nothing else', () => {
  for (const url of ['http://evergrant.example', 'http://10.0.0.1:3000', 'http://127.0.0.1.example'])
    expect(publicUrlWarning(url)).toContain('EVERGRANT_PUBLIC_URL');
  for (const url of [
    'https://evergrant.example',
    'http://127.0.0.1:3000',
    'http://localhost:3000',
    'http://[::1]:3000',
  ])
    expect(publicUrlWarning(url)).toBeNull();
});
