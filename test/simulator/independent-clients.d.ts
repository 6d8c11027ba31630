// What the tests use of clients that come without types.

declare module 'simple-oauth2' {
  export class AuthorizationCode {
    constructor(config: {
      client: { id: string; secret: string };
      auth: { tokenHost: string; tokenPath: string; authorizePath: string };
      options?: { authorizationMethod?: 'header' | 'body'; scopeSeparator?: string };
    });
    authorizeURL(params: { redirect_uri: string; scope: string[]; state: string }): string;
    getToken(params: { code: string; redirect_uri: string }): Promise<{ token: Record<string, unknown> }>;
  }
}

declare module 'passport-oauth2' {
  class OAuth2Strategy {
    constructor(
      options: {
        authorizationURL: string;
        tokenURL: string;
        clientID: string;
        clientSecret: string;
        callbackURL: string;
        scope: string[];
        scopeSeparator: string;
      },
      verify: (
        accessToken: string,
        refreshToken: string | undefined,
        params: Record<string, unknown>,
        profile: object,
        done: (error: Error | null, user?: object) => void,
      ) => void,
    );
    authenticate(request: { query: Record<string, string> }, options?: { state?: string }): void;
    redirect(url: string): void;
    success(user: object): void;
    fail(challenge: object | string): void;
    error(error: Error): void;
  }
  export = OAuth2Strategy;
}
