import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Context, Hono } from 'hono';
import { bannerCss, tokensCss } from '../core/design/tokens';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** By name, the files that it is made of. */
const FILES = {
  'banner.js': [own('banner.js')],
  'console.css': [own('console.css')],
  'console.js': [own('console.js'), own('focus.js')],
  // In one file with its extension: as a deferred script htmx begins at once, and does not wait for another file.
  'docs.css': [own('docs.css')],
  'docs.js': [own('docs.js')],
  'htmx.js': [
    require.resolve('htmx.org/dist/htmx.min.js'),
    require.resolve('htmx.org/dist/ext/hx-sse.min.js'),
  ],
  'icon.svg': [own('icon.svg')],
};

/** Files that need the design's tokens. */
const PREPARED: Partial<Record<AssetName, (text: string) => string>> = {
  'banner.js': (text) => text.replace('/* colours */', bannerCss()),
  'console.css': (text) => `${tokensCss()}\n${text}`,
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

/** Responds with a file whose URL stays the same: 304 to whom has the current version. */
export function sendRevalidated(c: Context, file: Asset): Response {
  const tag = `W/"${file.hash}"`;
  c.header('etag', tag);
  if (isAmong(tag, c.req.header('if-none-match'))) return c.body(null, 304);
  return sendAsset(c, file);
}

/** Whether the client has the current version. Proxies may turn a strong tag into a weak one. */
function isAmong(tag: string, held = ''): boolean {
  const bare = (text: string) => text.trim().replace(/^W\//, '');
  return held.split(',').some((one) => bare(one) === bare(tag));
}

/** Whether the reader takes compressed answers. */
export function takesGzip(c: Context): boolean {
  return /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
}

function sendAsset(c: Context, { type, body, gzipped }: Asset): Response {
  c.header('content-type', type);
  c.header('vary', 'accept-encoding');
  if (!takesGzip(c)) return c.body(new Uint8Array(body));
  c.header('content-encoding', 'gzip');
  return c.body(new Uint8Array(gzipped));
}

export function asset(name: AssetName): Asset {
  let found = loaded.get(name);
  if (!found) {
    const prepare = PREPARED[name];
    const text = FILES[name].map((file) => readFileSync(file, 'utf8')).join('\n');
    const body = Buffer.from(prepare ? prepare(text) : text);
    found = assetOf(TYPES[extname(name)] ?? 'application/octet-stream', body);
    loaded.set(name, found);
  }
  return found;
}

export function assetOf(type: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12);
  return { type, body, gzipped: gzipSync(body), hash };
}

function own(name: string): string {
  return join(__dirname, 'assets', name);
}
