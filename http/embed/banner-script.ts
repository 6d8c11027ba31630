import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { asset, sendAsset } from '../assets';

export const BANNER_PATH = '/embed/banner.js';

/** Lets any page load the script, also as a module. The embed token decides what it shows. */
export const bannerCors = createMiddleware(async (c, next) => {
  await next();
  c.header('cross-origin-resource-policy', 'cross-origin');
  c.header('access-control-allow-origin', '*');
});

/** The banner script for pages of the product's app. Its URL is stable, because those pages contain it. */
export function embedRoutes() {
  return new Hono().get(BANNER_PATH, (c) => {
    const file = asset('banner.js');
    const tag = `W/"${file.hash}"`;
    c.header('etag', tag);
    c.header('cache-control', 'public, max-age=300');
    if (isAmong(tag, c.req.header('if-none-match'))) return c.body(null, 304);
    return sendAsset(c, file);
  });
}

/** Whether the browser has the current version. Proxies may turn a strong tag into a weak one. */
function isAmong(tag: string, held = ''): boolean {
  const bare = (text: string) => text.trim().replace(/^W\//, '');
  return held.split(',').some((one) => bare(one) === bare(tag));
}
