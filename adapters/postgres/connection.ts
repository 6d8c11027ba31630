import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { Client, type ClientConfig } from 'pg';
import { isLoopbackHost } from '../outgoing/loopback';

/** How a connection to the database is protected; `local`: it does not leave this machine. */
export type Protection = 'local' | 'verified' | 'unverified' | 'plain';

const MODES = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];
const TLS_PARAMETERS = ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat'];

/**
 * What `pg` connects with. Everything that connects takes it from here: TLS with a verified certificate, unless the
 * database is on this machine or the URL says otherwise by `sslmode`. `require` verifies as well, as `pg` always did.
 * @param url `postgres://…`, with `sslmode`, `sslrootcert`, `sslcert` and `sslkey` as in libpq
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 * @throws Error when a parameter is wrong or names a file that cannot be read; never with the URL
 */
export function connectionOf(url: string): Required<Pick<ClientConfig, 'connectionString' | 'ssl'>> {
  const parameters = parametersOf(url);
  return { connectionString: withoutTls(url), ssl: sslOf(modeOf(url), hostOf(url), parameters) };
}

/** A connection of its own, beside the pool. */
export function createClient(url: string, options: ClientConfig = {}): Client {
  return new Client({ ...options, ...connectionOf(url) });
}

export function protectionOf(url: string): Protection {
  if (isLocal(url)) return 'local';
  const mode = modeOf(url);
  if (mode === 'disable') return 'plain';
  return mode === 'no-verify' ? 'unverified' : 'verified';
}

/** What is wrong with a URL, as the end of a sentence that begins with the setting; null: nothing. */
export function connectionProblem(url: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return 'is not a postgres:// URL';
  try {
    connectionOf(url);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function modeOf(url: string): Mode {
  const { sslmode, ssl } = parametersOf(url);
  if (sslmode === undefined) {
    if (ssl === undefined) return isLocal(url) ? 'disable' : 'verify-full';
    return ['0', 'false'].includes(ssl) ? 'disable' : 'verify-full';
  }
  const mode = MODES.find((known) => known === sslmode);
  if (!mode) throw new Error(`has an sslmode that is none of ${MODES.join(', ')}`);
  return mode;
}

function sslOf(mode: Mode, host: string, parameters: Record<string, string>): false | ConnectionOptions {
  if (mode === 'disable') return false;
  const { sslrootcert, sslcert, sslkey } = parameters;
  return {
    ...(sslrootcert !== undefined && sslrootcert !== 'system' && { ca: read('sslrootcert', sslrootcert) }),
    ...(sslcert !== undefined && { cert: read('sslcert', sslcert) }),
    ...(sslkey !== undefined && { key: read('sslkey', sslkey) }),
    rejectUnauthorized: mode !== 'no-verify',
    // `pg` itself compares the certificate of a host that is an address with "localhost".
    checkServerIdentity: (_, certificate) =>
      mode === 'verify-ca' ? undefined : checkServerIdentity(host, certificate),
  };
}

function read(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Error(`has an ${parameter} that names a file that cannot be read`);
  }
}

/** A folder is that of a Unix socket. */
function isLocal(url: string): boolean {
  const host = hostOf(url);
  return host.startsWith('/') || isLoopbackHost(host);
}

function hostOf(url: string): string {
  const { host } = parametersOf(url);
  if (host !== undefined) return host;
  const [, authority = ''] = /^\w+:\/\/([^/?#]*)/.exec(url) ?? [];
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)/.exec(authority.slice(authority.lastIndexOf('@') + 1)) ?? [];
  // As `pg` does where the URL names none.
  return decodeURIComponent(name).replace(/^\[|\]$/g, '') || process.env.PGHOST || 'localhost';
}

function parametersOf(url: string): Record<string, string> {
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? [];
  return Object.fromEntries(new URLSearchParams(query));
}

function withoutTls(url: string): string {
  return url.replace(/\?([^#]*)/, (_, query: string) => {
    const kept = query.split('&').filter((part) => !TLS_PARAMETERS.includes(part.split('=')[0] ?? ''));
    return kept.length === 0 ? '' : `?${kept.join('&')}`;
  });
}

const UNTRUSTED =
  'The certificate of the database is from an authority that is not trusted here: add sslrootcert=<file of the authority> to DATABASE_URL';
const TLS_REASONS: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_HAS_EXPIRED: 'The certificate of the database has expired',
  CERT_NOT_YET_VALID: 'The certificate of the database is not valid yet: compare the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate of the database is for another name: use that name in DATABASE_URL, or sslmode=verify-ca',
};

/** Why a connection could not be protected, and what to do; null when the error is not about that. */
export function tlsTrouble(error: unknown): string | null {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof message === 'string' && message.includes('does not support SSL'))
    return 'The database server offers no TLS: turn it on there, or add sslmode=disable to DATABASE_URL where nobody else can read the network in between.';
  const reason = typeof code === 'string' ? TLS_REASONS[code] : undefined;
  return reason === undefined ? null : `${reason} (${code as string}).`;
}
