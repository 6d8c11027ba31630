import { createMiddleware } from 'hono/factory';
import { type secureHeaders } from 'hono/secure-headers';
import { type Site } from './deps';

/** What every answer tells browsers: pages of ours load nothing, run nothing, and are framed by nobody. */
export function securityHeaders({ publicUrl }: Site): Parameters<typeof secureHeaders>[0] {
  return {
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'unsafe-inline'"],
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
