import { HOUR_MS } from '../clock';
import { dropOldest, LIMITS } from '../usage/limits';
import { type Parameters, text } from '../graph/parameters';
import { isScope, parseScopes } from './scopes';
import { type Account, type AuthorizationCode } from './state';
import { type World } from './world';

const CODE_LIFE_MS = HOUR_MS;

/** A valid request to the authorize page. */
export interface ConsentRequest {
  clientId: string;
  redirectUri: string;
  scopes: string[];
  state: string | undefined;
  /** Whether the owner is asked to log in again, also one who is logged in. */
  forcesLogin: boolean;
}

/** What is wrong with a request; shown, never redirected: its redirect_uri cannot be trusted. */
export class ConsentError extends Error {
  override readonly name = 'ConsentError';
}

/** @see https://developers.facebook.com/documentation/instagram-platform/reference/oauth-authorize */
export function readConsentRequest({ settings }: World, parameters: Parameters): ConsentRequest {
  const clientId = text(parameters, 'client_id');
  if (clientId !== settings.appId) throw new ConsentError('Invalid platform app');
  const redirectUri = text(parameters, 'redirect_uri') ?? '';
  if (!isAllowedRedirect(redirectUri, settings.redirectUris))
    throw new ConsentError(`Invalid redirect_uri: ${acceptedRedirects(settings.redirectUris)}`);
  if (text(parameters, 'response_type') !== 'code') {
    throw new ConsentError('Invalid response_type: it must be code');
  }
  const scopes = parseScopes(text(parameters, 'scope') ?? '');
  const unknown = scopes.filter((name) => !isScope(name));
  if (scopes.length === 0 || unknown.length > 0) {
    throw new ConsentError(`Invalid scopes: ${unknown.join(', ') || 'none given'}`);
  }
  const forcesLogin = FORCING.some((name) => /^(1|true)$/.test(text(parameters, name) ?? ''));
  return { clientId, redirectUri, scopes, state: text(parameters, 'state'), forcesLogin };
}

/** Meta's pages name both. */
const FORCING = ['force_reauth', 'force_authentication'];

/** Instagram says no more than the first two words; whoever sets up a sandbox should not have to guess. */
function acceptedRedirects(allowed: readonly string[] | null): string {
  const accepted = allowed ? allowed.join(', ') : 'http and https addresses on this machine';
  return `this simulator accepts ${accepted}. EVERGRANT_SIMULATOR_REDIRECT_URIS or --redirect-uris lists others.`;
}

/** The address that a consent leads to: with a code for the account and the scopes the owner granted. */
export function allow(world: World, request: ConsentRequest, account: Account, granted: string[]): string {
  const code: AuthorizationCode = {
    value: `AQ${world.random.text(190)}`,
    accountId: account.id,
    clientId: request.clientId,
    redirectUri: request.redirectUri,
    scopes: request.scopes.filter((scope) => granted.includes(scope)),
    expiresAt: world.clock.now() + CODE_LIFE_MS,
    used: false,
  };
  world.state.codes.push(code);
  dropOldest(world.state.codes, LIMITS.codes);
  world.changed('settings');
  return `${address(request, { code: code.value })}#_`;
}

/** The address that a refusal leads to. */
export function deny(request: ConsentRequest): string {
  return address(request, {
    error: 'access_denied',
    error_reason: 'user_denied',
    error_description: 'The user denied your request',
  });
}

function address({ redirectUri, state }: ConsentRequest, answer: Record<string, string>): string {
  const query = new URLSearchParams({ ...answer, ...(state !== undefined && { state }) });
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`;
}

/** @param allowed exact addresses; null: any on this machine */
export function isAllowedRedirect(redirectUri: string, allowed: readonly string[] | null): boolean {
  if (allowed) return allowed.includes(redirectUri);
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname, hash } = new URL(redirectUri);
  return /^https?:$/.test(protocol) && isLoopback(hostname) && hash === '';
}

/** A host name that means this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}
