import { createMiddleware } from 'hono/factory';
import { NONCE, type secureHeaders } from 'hono/secure-headers';
import { type Site } from '../deps';

/** The console's path. */
export const CONSOLE = '/console';

/**
 * Security headers of every response: pages load nothing from other hosts, run only scripts and styles with the
 * response's nonce, and cannot be framed.
 */
export function securityHeaders({ publicUrl, logoUrl }: Site): Parameters<typeof secureHeaders>[0] {
  return {
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: [NONCE],
      scriptSrc: [NONCE],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", ...(logoUrl === null ? [] : [new URL(logoUrl).origin])],
      // An owner's form redirects to Instagram and the product. The console's forms stay in the console.
      formAction: [({ req }) => (isConsole(req.path) ? "'self'" : '*')],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // Not `no-referrer`: browsers would send our own forms with `Origin: null`, which the guard rejects.
    referrerPolicy: 'same-origin',
    strictTransportSecurity: publicUrl.startsWith('https:') ? 'max-age=15552000' : false,
    xFrameOptions: 'DENY',
  };
}

/** Responses contain links, tokens or current states, and must not be cached. */
export const noStore = createMiddleware(async (c, next) => {
  await next();
  c.header('cache-control', 'no-store');
});

function isConsole(path: string): boolean {
  return path === CONSOLE || path.startsWith(`${CONSOLE}/`);
}
