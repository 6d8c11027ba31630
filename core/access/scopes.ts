/**
 * What an API key may do: `read` connections and events, `operate` them, get a `token` and report rejections, read and
 * send a `message`, and `admin`ister keys and takeovers.
 */
export const SCOPES = ['read', 'operate', 'token', 'message', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
