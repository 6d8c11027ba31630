/** The colours of console, owner pages, banner and emails: in light, in dark. Text on its ground reaches WCAG AA. */
export const COLOURS = {
  ink: ['#1b1f24', '#e9ecf1'],
  quiet: ['#565e69', '#a8b0bc'],
  paper: ['#ffffff', '#15181d'],
  ground: ['#f5f6f8', '#0e1014'],
  line: ['#dfe3e8', '#2e343d'],
  field: ['#767d88', '#8b93a0'],
  accent: ['#1f5fd0', '#86aefc'],
  'on-accent': ['#ffffff', '#10131a'],
  good: ['#17703b', '#6fd397'],
  warn: ['#855000', '#f3c469'],
  'warn-ground': ['#fff3d6', '#2d2410'],
  'warn-line': ['#e0a93f', '#7a5b16'],
  bad: ['#a3261f', '#ff9d94'],
  'bad-ground': ['#fdeceb', '#331715'],
  'bad-line': ['#e08a84', '#83352f'],
  bar: ['#e3e7ec', '#2b313a'],
  'bar-life': ['#7fa6ea', '#3f66ab'],
  'bar-window': ['#f0bd55', '#8f6a1d'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

/** Distances, corners and sizes of type. */
const SIZES = {
  's-1': '0.25rem',
  's-2': '0.5rem',
  's-3': '0.75rem',
  's-4': '1rem',
  's-5': '1.5rem',
  's-6': '2rem',
  'radius-1': '8px',
  'radius-2': '12px',
  'text-small': '0.85rem',
  'text-title': '1.4rem',
  'text-heading': '1.05rem',
} as const;

/**
 * The tokens as custom properties. `color-scheme` chooses the theme: the browser's, unless an element says otherwise.
 * @param accent the product's colour as `#rrggbb`; null: Evergrant's
 */
export function tokensCss(accent: string | null = null): string {
  const colours = { ...COLOURS, ...(accent !== null && accentColours(accent)) };
  const lines = [
    ...Object.entries(colours).map(([name, [light, dark]]) => `--${name}:light-dark(${light},${dark})`),
    ...Object.entries(SIZES).map(([name, size]) => `--${name}:${size}`),
  ];
  return `:root{color-scheme:light dark;${lines.join(';')}}`;
}

/** What WCAG 2.2 asks of text. @see https://www.w3.org/TR/WCAG22/#contrast-minimum */
const READABLE = 4.5;
const STEP = 0.05;

/** A product's colour as links and buttons can use it: darker or lighter until it can be read in both themes. */
export function accentColours(
  accent: string,
): Pick<Record<keyof typeof COLOURS, [string, string]>, 'accent' | 'on-accent'> {
  const light = readable(accent, COLOURS.paper[0], '#000000');
  const dark = readable(accent, COLOURS.paper[1], '#ffffff');
  return { accent: [light, dark], 'on-accent': [inkOn(light), inkOn(dark)] };
}

/** A colour, mixed with another in steps until it can be read on a ground. */
function readable(colour: string, ground: string, towards: string): string {
  for (let share = 0; share < 1; share += STEP) {
    const mixed = mix(colour, towards, share);
    if (contrast(mixed, ground) >= READABLE) return mixed;
  }
  return towards;
}

function inkOn(ground: string): string {
  return contrast('#ffffff', ground) >= contrast('#10131a', ground) ? '#ffffff' : '#10131a';
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(colour: string, other: string, share: number): string {
  const others = channels(other);
  const mixed = channels(colour).map((value, i) => Math.round(value + (others[i]! - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** @param colour `#rrggbb` */
function channels(colour: string): number[] {
  return [1, 3, 5].map((from) => parseInt(colour.slice(from, from + 2), 16));
}

/** The colours of the banner, which lives in pages of others and brings its own. Old browsers get the light ones. */
export function bannerCss(): string {
  return (['warning', 'error'] as const)
    .map((level) => {
      const kind = level === 'warning' ? 'warn' : 'bad';
      const [ink, ground, line] = [COLOURS.ink, COLOURS[`${kind}-ground`], COLOURS[`${kind}-line`]];
      const themed = ([light, dark]: readonly [string, string]) => `light-dark(${light}, ${dark})`;
      return [
        `.${level} { color: ${ink[0]}; background: ${ground[0]}; border-color: ${line[0]}; }`,
        `.${level} { color: ${themed(ink)}; background: ${themed(ground)}; border-color: ${themed(line)}; }`,
      ].join(' ');
    })
    .join(' ');
}
