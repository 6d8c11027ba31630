import pino, { type Logger } from 'pino';

export type { Logger };

/** One line of JSON per entry on stderr; names that could hold a secret are blanked whatever they hold. */
export function createLogger(level: string, name: string): Logger {
  return pino(
    {
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['token', 'accessToken', 'access_token', 'secret', 'authorization', 'text', 'url'].flatMap(
          (field) => [field, `*.${field}`, `*.*.${field}`],
        ),
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
