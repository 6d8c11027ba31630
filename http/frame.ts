import { type Context } from 'hono';
import { type Site } from './deps';

/** What every page needs beside its own content. */
export interface Frame {
  product: string;
  supportUrl: string | null;
  /** Lets exactly this answer's own style and script through the content security policy. */
  nonce: string;
}

export function frameOf(site: Site, c: Context): Frame {
  return {
    product: site.productName,
    supportUrl: site.supportUrl,
    nonce: c.get('secureHeadersNonce') as string,
  };
}
