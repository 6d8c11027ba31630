import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Context, Hono } from 'hono';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const FILES = {
  'banner.js': own('banner.js'),
  'console.css': own('console.css'),
  'console.js': own('console.js'),
  'htmx.js': require.resolve('htmx.org/dist/htmx.min.js'),
  'htmx-sse.js': require.resolve('htmx.org/dist/ext/hx-sse.min.js'),
  'icon.svg': own('icon.svg'),
};

export type AssetName = keyof typeof FILES;

interface Asset {
  type: string;
  body: Buffer;
  gzipped: Buffer;
  /** Hash of the content. */
  hash: string;
}

const loaded = new Map<string, Asset>();

/** The URL of an asset. It changes with the content, so browsers may cache it indefinitely. */
export function assetUrl(name: AssetName): string {
  return `/assets/${name}?v=${asset(name).hash}`;
}

/** Scripts, styles and icons of our pages. */
export function assetRoutes() {
  return new Hono().get('/assets/:name', (c) => {
    const name = c.req.param('name');
    if (!Object.hasOwn(FILES, name)) return c.notFound();
    const file = asset(name as AssetName);
    const isCurrent = c.req.query('v') === file.hash;
    c.header('cache-control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache');
    return sendAsset(c, file);
  });
}

export function sendAsset(c: Context, { type, body, gzipped }: Asset): Response {
  c.header('content-type', type);
  c.header('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(new Uint8Array(body));
  c.header('content-encoding', 'gzip');
  return c.body(new Uint8Array(gzipped));
}

export function asset(name: AssetName): Asset {
  let found = loaded.get(name);
  if (!found) {
    const body = readFileSync(FILES[name]);
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12);
    found = { type: TYPES[extname(name)] ?? 'application/octet-stream', body, gzipped: gzipSync(body), hash };
    loaded.set(name, found);
  }
  return found;
}

function own(name: string): string {
  return join(__dirname, 'assets', name);
}
