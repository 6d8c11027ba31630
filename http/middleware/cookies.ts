import { type Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { SECRET_TEXT, newSecretText } from '../../adapters/digest';
import { type Site } from '../deps';

/**
 * A cookie that scripts cannot read, and that browsers do not send with cross-site state-changing requests. Behind TLS
 * it is bound to this host.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
 */
export function secretCookie(site: Site, name: string, lifeSeconds: number) {
  const secure = site.publicUrl.startsWith('https:');
  const prefix = secure ? ('host' as const) : undefined;
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;

  return {
    /** The cookie's value, if it has the right format. */
    read(c: Context): string | null {
      const value = prefix ? getCookie(c, name, prefix) : getCookie(c, name);
      return value !== undefined && SECRET_TEXT.test(value) ? value : null;
    },
    /** Sets the cookie. */
    write(c: Context, value: string = newSecretText()): string {
      setCookie(c, name, value, { ...attributes, maxAge: lifeSeconds, ...(prefix && { prefix }) });
      return value;
    },
    clear(c: Context): void {
      deleteCookie(c, name, { ...attributes, ...(prefix && { prefix }) });
    },
  };
}
