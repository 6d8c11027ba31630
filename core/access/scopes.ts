/**
 * The rights of an API key: `read` connections and events, `operate` connections, fetch a `token` and report rejections,
 * read and send `message`s, and `admin`: keys, webhooks, imports, the console.
 */
export const SCOPES = ['read', 'operate', 'token', 'message', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
