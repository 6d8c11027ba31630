import { type Page } from 'playwright-core';
import { until } from './until';

/** What has the focus, also within a web component. */
const FOCUSED = `(() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one;
})()`;

interface Focused {
  name: string;
  isBody: boolean;
  isVisible: boolean;
}

const DESCRIBED = `(() => {
  const one = ${FOCUSED};
  if (!one || one === document.body) return { name: '', isBody: true, isVisible: true };
  const named = one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent;
  const style = getComputedStyle(one);
  const { width, height } = one.getBoundingClientRect();
  return {
    name: named.replace(/\\s+/g, ' ').trim(),
    isBody: false,
    isVisible: width > 0 && height > 0 && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  };
})()`;

/** Reports what had the focus when it fell to the body without a Tab, which alone may leave the page's end. */
const WATCH = `(() => {
  let before = null;
  let byTab = false;
  const name = (one) => one.tagName.toLowerCase() + (one.id && '#' + one.id) + ' ' + (one.getAttribute('aria-label') ?? one.textContent).trim().slice(0, 60);
  addEventListener('keydown', ({ key }) => (byTab = key === 'Tab' || key === 'Shift'), true);
  const look = () => {
    const { activeElement, body } = document;
    if (before && activeElement === body && !byTab) window.focusLost(before);
    before = activeElement && activeElement !== body ? name(activeElement) : null;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/** Somebody without a mouse. */
export interface Keyboard {
  /** Presses Tab until what has this name has the focus, which is visible at each stop. @param back Shift+Tab instead */
  tabTo(name: string | RegExp, back?: 'back'): Promise<void>;
  /** The same, and then Enter. */
  press(name: string | RegExp): Promise<void>;
  key(...keys: string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** The name of what has the focus; empty: nothing. */
  focused(): Promise<string>;
  /** Waits until what has this name has the focus: after a change of the page it is given back a moment later. */
  rests(name: string | RegExp): Promise<void>;
  /** What had the focus each time it was lost. */
  losses: string[];
}

export async function useKeyboard(page: Page): Promise<Keyboard> {
  const losses: string[] = [];
  await page.exposeFunction('focusLost', (name: string) => losses.push(name));
  await page.addInitScript(WATCH);
  const look = () => page.evaluate<Focused>(DESCRIBED);
  const matches = ({ name }: Focused, wanted: string | RegExp) =>
    typeof wanted === 'string' ? name === wanted : wanted.test(name);
  const keyboard: Keyboard = {
    losses,
    async tabTo(wanted, back) {
      const passed: string[] = [];
      await until(
        async () => {
          await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
          const found = await look();
          passed.push(found.name);
          if (!found.isVisible) throw new Error(`the focus on “${found.name}” cannot be seen`);
          if (passed.length > 400) throw new Error(`${passed.length} stops: ${passed.join(' | ')}`);
          return matches(found, wanted);
        },
        { everyMs: 0, what: `“${String(wanted)}” has the focus` },
      );
    },
    async press(wanted) {
      await keyboard.tabTo(wanted);
      await page.keyboard.press('Enter');
    },
    async key(...keys) {
      for (const key of keys) await page.keyboard.press(key);
    },
    type: (text) => page.keyboard.type(text),
    focused: async () => (await look()).name,
    async rests(wanted) {
      await until(async () => matches(await look(), wanted), { what: `“${String(wanted)}” has the focus` });
    },
  };
  return keyboard;
}
