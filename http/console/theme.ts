import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { DAY_MS, SECOND_MS } from '../../core/time';
import { type HttpDeps } from '../deps';
import { CONSOLE } from '../middleware/headers';
import { ownPath } from './paths';

/** `system`: as the browser is set. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** ID of the button that changes it. */
export const THEME_BUTTON = 'theme';

const COOKIE = 'evergrant_theme';

/** The theme that this browser has chosen. */
export function themeOf(c: Context): Theme {
  return themeNamed(getCookie(c, COOKIE));
}

export function themeRoutes({ site }: Pick<HttpDeps, 'site'>) {
  return new Hono().post(`${CONSOLE}/theme`, async (c) => {
    const { theme, here } = await c.req.parseBody();
    setCookie(c, COOKIE, themeNamed(theme), {
      path: CONSOLE,
      maxAge: (365 * DAY_MS) / SECOND_MS,
      sameSite: 'Lax',
      httpOnly: true,
      secure: site.publicUrl.startsWith('https:'),
    });
    // By the fragment the button keeps the focus.
    return c.redirect(`${ownPath(here)}#${THEME_BUTTON}`, 303);
  });
}

function themeNamed(name: unknown): Theme {
  return THEMES.find((theme) => theme === name) ?? 'system';
}
