import pino, { type Logger } from 'pino';

export type { Logger };

/** Whatever has such a name could hold a secret, a message or an address. */
export const SECRET_NAMES = [
  ...['token', 'accessToken', 'access_token', 'refresh_token', 'code', 'state', 'client_secret', 'secret'],
  ...['key', 'apiKey', 'password', 'authorization', 'cookie', 'set-cookie', 'link', 'url', 'text', 'email'],
];

/** One line of JSON per entry on stderr; names that could hold a secret are blanked whatever they hold. */
export function createLogger(level: string, name: string): Logger {
  return pino(
    {
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_NAMES.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
