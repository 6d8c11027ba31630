import { type Context } from 'hono';
import { type Site } from './deps';

/** What every page needs besides its content. */
export interface Frame {
  product: string;
  supportUrl: string | null;
  logoUrl: string | null;
  accent: string | null;
  /** Nonce of the response's content security policy. */
  nonce: string;
}

export function frameOf(site: Site, c: Context): Frame {
  return {
    product: site.productName,
    supportUrl: site.supportUrl,
    logoUrl: site.logoUrl,
    accent: site.accent,
    nonce: c.get('secureHeadersNonce') as string,
  };
}
