import { createMiddleware } from 'hono/factory';
import { NONCE, type secureHeaders } from 'hono/secure-headers';
import { type Site } from '../deps';

/** Where the console is. */
export const CONSOLE = '/console';

/**
 * What every answer tells browsers: pages of ours load nothing from elsewhere, run and wear only what carries this
 * answer's nonce, and are framed by nobody.
 */
export function securityHeaders({ publicUrl }: Site): Parameters<typeof secureHeaders>[0] {
  return {
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: [NONCE],
      scriptSrc: [NONCE],
      connectSrc: ["'self'"],
      imgSrc: ["'self'"],
      // An owner's form leads on to Instagram and back to the product; the console's forms lead to the console.
      formAction: [({ req }) => (isConsole(req.path) ? "'self'" : '*')],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // Not `no-referrer`: under that browsers send our own forms with `Origin: null`, which the guard refuses.
    referrerPolicy: 'same-origin',
    strictTransportSecurity: publicUrl.startsWith('https:') ? 'max-age=15552000' : false,
    xFrameOptions: 'DENY',
  };
}

/** Answers hold links, tokens or states of the moment: nobody keeps them. */
export const noStore = createMiddleware(async (c, next) => {
  await next();
  c.header('cache-control', 'no-store');
});

function isConsole(path: string): boolean {
  return path === CONSOLE || path.startsWith(`${CONSOLE}/`);
}
