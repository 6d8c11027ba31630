import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe, { type AxeResults, type RunOptions } from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The machine's own Chromium: what `.ci/run` installs by the system's package manager. */
export function openBrowser(): Promise<Browser> {
  // Its own sandbox needs user namespaces, which containers often lack; it opens nothing but our own pages.
  return chromium.launch({ executablePath: executable(), args: ['--no-sandbox'] });
}

function executable(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found)
    throw new Error('These tests need Chromium: install it, for example by apt-get install chromium');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A page, and everything that went wrong in it and in others of the same window: errors of scripts, refusals by its security policy, failed loads. */
export interface Viewer {
  page: Page;
  problems: string[];
  close(): Promise<void>;
}

/** Chromium counts every answer that is no success as an error, also of pages that are to say so. */
export function withoutStatuses(problems: string[]): string[] {
  return problems.filter((text) => !text.includes('the server responded with a status of'));
}

export async function openViewer(browser: Browser, options: BrowserContextOptions = {}): Promise<Viewer> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
  // Longer than any route takes to answer, which may be 20 s.
  context.setDefaultTimeout(25_000);
  const problems: string[] = [];
  context.on('weberror', (thrown) => problems.push(`error: ${thrown.error().message}`));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  const page = await context.newPage();
  const close = async () => {
    // A route's handler that is still at work would fail a test that is over.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  };
  return { page, problems, close };
}

/** Every page is looked at in both themes, on a phone, a tablet and a desktop. */
export const LOOKS = [
  ...[360, 768, 1440].map((width) => ({ scheme: 'light' as const, width })),
  ...[360, 1440].map((width) => ({ scheme: 'dark' as const, width })),
];

/** What reaches furthest beyond the window's edge, if the page has to be scrolled sideways for it. */
const WIDEST = `document.documentElement.scrollWidth > innerWidth
  ? [...document.body.querySelectorAll('*')]
      .map((element) => [element.getBoundingClientRect().right, element.outerHTML.slice(0, 120)])
      .sort(([one], [other]) => other - one)[0].join(': ')
  : undefined`;

/** Themes differ in colors alone, so everything else is checked in one of them. */
const RULES: Record<(typeof LOOKS)[number]['scheme'], RunOptions> = {
  light: { resultTypes: ['violations'] },
  dark: { resultTypes: ['violations'], runOnly: ['cat.color'] },
};

/** What axe-core finds wrong with the page as it is shown now, in every look: none is good. */
export async function inaccessible(page: Page): Promise<string[]> {
  const found = new Set<string>();
  const before = page.viewportSize();
  // Through the debugger, which no content security policy holds back.
  if (await page.evaluate<boolean>('!window.axe')) await page.evaluate(axe.source);
  for (const { scheme, width } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(RULES[scheme])})`);
    for (const { id, help, nodes } of violations)
      for (const { target } of nodes) found.add(`${scheme} ${width}: ${id} (${help}) at ${String(target)}`);
    const tooWide = await page.evaluate<string | undefined>(WIDEST);
    if (tooWide) found.add(`${scheme} ${width}: wider than the window: ${tooWide}`);
  }
  if (before) await page.setViewportSize(before);
  return [...found];
}
