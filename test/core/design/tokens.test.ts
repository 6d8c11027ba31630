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
