import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { asset, sendRevalidated } from '../assets';

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
    c.header('cache-control', 'public, max-age=300');
    return sendRevalidated(c, asset('banner.js'));
  });
}
