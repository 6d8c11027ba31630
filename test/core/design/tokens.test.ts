import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { COLOURS, accentColours, contrast, tokensCss } from '../../../core/design/tokens';

/** Which text stands on which ground. */
const PAIRS = [
  ['ink', 'paper'],
  ['ink', 'ground'],
  ['quiet', 'paper'],
  ['quiet', 'ground'],
  ['accent', 'paper'],
  ['accent', 'ground'],
  ['on-accent', 'accent'],
  ['good', 'paper'],
  ['warn', 'paper'],
  ['bad', 'paper'],
  ['ink', 'warn-ground'],
  ['warn', 'warn-ground'],
  ['ink', 'bad-ground'],
  ['bad', 'bad-ground'],
] as const;

test.each(PAIRS)('%s can be read on %s in both themes', (text, ground) => {
  for (const theme of [0, 1] as const)
    expect(contrast(COLOURS[text][theme], COLOURS[ground][theme])).toBeGreaterThanOrEqual(4.5);
});

test.each(['#ffff00', '#000000', '#ffffff', '#ff6600', '#123456', '#e1306c', '#808080'])(
  'with the accent %s, links and buttons can be read in both themes',
  (accent) => {
    const made = accentColours(accent);
    for (const theme of [0, 1] as const) {
      expect(contrast(made.accent[theme], COLOURS.paper[theme])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(made['on-accent'][theme], made.accent[theme])).toBeGreaterThanOrEqual(4.5);
    }
  },
);

test('a colour that can be read stays as it is', () => {
  expect(accentColours('#1f5fd0').accent[0]).toBe('#1f5fd0');
  expect(tokensCss('#0a6640')).toContain('--accent:light-dark(#0a6640,');
});

test('pages use no token that does not exist', () => {
  const http = join(__dirname, '..', '..', '..', 'http');
  const files = readdirSync(http, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(css|tsx?|js)$/.test(name),
  );
  const texts = files.map((name) => readFileSync(join(http, name), 'utf8'));
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(/var\(--([\w-]+)/g)].map(([, name]) => name)),
  );
  const defined = [...tokensCss().matchAll(/--([\w-]+):/g)].map(([, name]) => name);
  expect(used.size).toBeGreaterThan(10);
  expect([...used].filter((name) => !defined.includes(name))).toEqual([]);
});
