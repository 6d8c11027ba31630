export const DEFAULT_VERSION = 'v25.0';

const VERSIONED = /^\/(v\d+\.\d+)(?=\/(?!oauth\/|_sim(?:\/|$)))/;

/** The path as routes, faults and the ledger know it: without version prefix and trailing slash. */
export function plainPath(request: Request): string {
  const path = new URL(request.url).pathname.replace(VERSIONED, '');
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}

/** The Graph version that a request names, or the default. */
export function versionOf(request: Request): string {
  return VERSIONED.exec(new URL(request.url).pathname)?.[1] ?? DEFAULT_VERSION;
}
