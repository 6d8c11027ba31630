import { type Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { SECRET_TEXT, newSecretText } from '../../adapters/digest';
import { type Site } from '../deps';

/**
 * One cookie of ours: scripts cannot read it, other sites cannot send it along with what changes something, and behind
 * TLS it is bound to exactly this host.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
 */
export function secretCookie(site: Site, name: string, lifeSeconds: number) {
  const secure = site.publicUrl.startsWith('https:');
  const prefix = secure ? ('host' as const) : undefined;
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;

  return {
    /** What the browser holds, when it can be one of ours. */
    read(c: Context): string | null {
      const value = prefix ? getCookie(c, name, prefix) : getCookie(c, name);
      return value !== undefined && SECRET_TEXT.test(value) ? value : null;
    },
    /** Gives the browser a value for so many seconds. */
    write(c: Context, value: string = newSecretText()): string {
      setCookie(c, name, value, { ...attributes, maxAge: lifeSeconds, ...(prefix && { prefix }) });
      return value;
    },
    clear(c: Context): void {
      deleteCookie(c, name, { ...attributes, ...(prefix && { prefix }) });
    },
  };
}
