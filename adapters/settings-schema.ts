import proxyAddr from 'proxy-addr';
import { z } from 'zod';
import { Secret } from '../core/access/secret';
import { RETENTION, type RetentionKind } from '../core/fleet/retention-policy';
import { REFRESHES_PER_SECOND } from '../core/messaging/throttle-policy';
import { FORCE_LOGIN_PARAMETERS } from './instagram/settings';
import { connectionProblem } from './postgres/connection';
import { isConfidential } from './outgoing/loopback';

const port = z.coerce
  .number('is not a port number')
  .int()
  .min(0, 'is not a port number')
  .max(65_535, 'is not a port number');
const url = z
  .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
  .transform((text) => text.replace(/\/+$/, ''));
/** Tokens and secrets go there: plain http only where they stay on this machine. */
const secureUrl = url.refine(isConfidential, 'is plain http, which is for loopback alone: use https');
const secretUrl = z
  .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
  .transform((text) => new Secret(text));
const secret = z.string().transform((text) => new Secret(text));
const emailAddress = z.email('is not an e-mail address').max(254);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
const databaseUrl = z
  .string()
  .superRefine((url, c) => {
    const message = connectionProblem(url);
    if (message !== null) c.addIssue({ code: 'custom', message });
  })
  .transform((text) => new Secret(text));
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/;
const days = (kind: RetentionKind) =>
  z.coerce
    .number('is not a number of days')
    .int('is not a whole number of days')
    .min(RETENTION[kind].min, `is below ${RETENTION[kind].min} days`)
    .max(36_500, 'is above 36500 days')
    .default(RETENTION[kind].days);
/** Names that need no quotes, so that commands in texts can be copied. */
export const ROLE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;
const roleName = z.string().regex(ROLE_NAME, 'is no name of a role: small letters, digits and _, at most 63');
const flag = z.enum(['true', 'false'], 'is neither true nor false').transform((text) => text === 'true');

/** What each setting has to be, by its name. docs/configuration.md explains them. */
export const settingsSchema = z.object({
  EVERGRANT_HTTP_PORT: port.default(3000),
  EVERGRANT_HTTP_HOST: z.string().default('127.0.0.1'),
  EVERGRANT_PUBLIC_URL: url
    .refine(isOrigin, 'has more than scheme, host and port: Evergrant needs a host of its own')
    .optional(),
  EVERGRANT_URL: url.optional(),
  EVERGRANT_DATA_DIR: z.string().default('.data'),
  EVERGRANT_REFRESHES_PER_SECOND: z.coerce
    .number('is not a number')
    .min(0.1, 'is below 0.1')
    .max(1_000, 'is above 1000')
    .default(REFRESHES_PER_SECOND),
  EVERGRANT_DEPLOYMENT: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, 'is not 1 to 100 letters, digits, - and _')
    .optional(),
  EVERGRANT_BUILD_ID: z
    .string()
    .regex(/^[A-Za-z0-9_.+-]{1,100}$/, 'is not 1 to 100 letters, digits and . _ + -')
    .optional(),
  EVERGRANT_SPOOL_DIR: z.string().min(1).optional(),
  EVERGRANT_RETENTION_EVENTS_DAYS: days('events'),
  EVERGRANT_RETENTION_MESSAGE_EVENTS_DAYS: days('messageEvents'),
  EVERGRANT_RETENTION_DELIVERIES_DAYS: days('deliveries'),
  EVERGRANT_RETENTION_REFRESH_ATTEMPTS_DAYS: days('refreshAttempts'),
  EVERGRANT_RETENTION_TOKEN_USES_DAYS: days('tokenUses'),
  EVERGRANT_RETENTION_AUDIT_LOG_DAYS: days('auditLog'),
  EVERGRANT_RETENTION_AUDIT_RUNS_DAYS: days('auditRuns'),
  EVERGRANT_RETENTION_INCIDENTS_DAYS: days('incidents'),
  EVERGRANT_RETENTION_CALLBACKS_DAYS: days('callbacks'),
  EVERGRANT_RETENTION_RECEIVED_MESSAGES_DAYS: days('receivedMessages'),
  EVERGRANT_RETENTION_SENDS_DAYS: days('sends'),
  EVERGRANT_RETENTION_CONNECT_ROUNDS_DAYS: days('connectRounds'),
  EVERGRANT_METRICS_PORT: port.default(9464),
  EVERGRANT_TEMPORAL_PORT: port.default(7233),
  EVERGRANT_TEMPORAL_UI_PORT: port.default(8233),
  EVERGRANT_TEMPORAL_UI_URL: url.optional(),
  EVERGRANT_TEMPORAL_CLI: z.string().optional(),
  EVERGRANT_TEMPORAL_TEST_SERVER: z.string().optional(),
  EVERGRANT_SIMULATOR_PORT: port.default(4010),
  EVERGRANT_SIMULATOR_REDIRECT_URIS: list
    .refine((uris) => uris.every((uri) => URL.canParse(uri)), 'holds something that is not a URL')
    .default([]),
  EVERGRANT_KEYS: z.string().optional(),
  EVERGRANT_API_KEY: z
    .string()
    .refine(
      (key) => key.length >= 32 && new Set(key).size >= 8,
      'is not at least 32 random characters: create one with `openssl rand -hex 32`',
    )
    .transform((text) => new Secret(text))
    .optional(),
  EVERGRANT_ALLOWED_HOSTS: list
    .transform((hosts) => hosts.map((host) => host.toLowerCase()))
    .refine(
      (hosts) => hosts.every((host) => HOST.test(host)),
      'holds something that is not a host name, with or without a port',
    )
    .default([]),
  EVERGRANT_APP_ORIGINS: list.default([]),
  EVERGRANT_TRUSTED_PROXIES: list
    .refine(isAddressList, 'holds something that is no address or network')
    .default([]),
  EVERGRANT_TRUSTED_USER_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, 'is not the name of a header')
    .transform((name) => name.toLowerCase())
    .optional(),
  EVERGRANT_REQUESTS_PER_MINUTE: z.coerce.number('is not a number').int().min(1).default(6000),
  EVERGRANT_PRODUCT_NAME: z.string().min(1).max(60).default('Evergrant'),
  EVERGRANT_SUPPORT_URL: url.optional(),
  EVERGRANT_LOGO_URL: secureUrl.optional(),
  EVERGRANT_ACCENT: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'is not a colour such as #1f5fd0')
    .transform((colour) => colour.toLowerCase())
    .optional(),
  EVERGRANT_NOTICE_FROM: z
    .string()
    .max(320)
    .refine(
      (text) => senderOf(text) !== null,
      'is neither an e-mail address nor a name with one in angle brackets',
    )
    .optional(),
  EVERGRANT_OPERATOR_EMAIL: emailAddress.optional(),
  EVERGRANT_FORWARD_MESSAGE_TEXT: flag.default(false),
  EVERGRANT_CONSOLE_MESSAGES: flag.default(false),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_DIRECT_URL: databaseUrl.optional(),
  EVERGRANT_IMPORT_DATABASE_URL: databaseUrl.optional(),
  EVERGRANT_DATABASE_RUNTIME_ROLE: roleName.optional(),
  INSTAGRAM_APP_ID: z.string().min(1).optional(),
  INSTAGRAM_APP_SECRET: secret.optional(),
  INSTAGRAM_APP_SECRET_PREVIOUS: secret.optional(),
  INSTAGRAM_AUTHORIZE_URL: secureUrl.default('https://www.instagram.com/oauth/authorize'),
  INSTAGRAM_API_URL: secureUrl.default('https://api.instagram.com'),
  INSTAGRAM_GRAPH_URL: secureUrl.default('https://graph.instagram.com'),
  INSTAGRAM_GRAPH_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, 'is not of the form v25.0')
    .default('v25.0'),
  INSTAGRAM_FORCE_LOGIN_PARAMETERS: z
    .string()
    .regex(/^\w+=[^&=#\s]+(&\w+=[^&=#\s]+)*$/, 'is not of the form name=value&name=value')
    .refine(
      (text) => !/(^|&)(client_id|redirect_uri|response_type|scope|state)=/.test(text),
      'names a parameter that Evergrant sets itself',
    )
    .default(FORCE_LOGIN_PARAMETERS),
  INSTAGRAM_PROXY_URL: secretUrl.optional(),
  INSTAGRAM_WEBHOOK_VERIFY_TOKEN: secret.optional(),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'is not an smtp:// or smtps:// URL' })
    .transform((text) => new Secret(text))
    .optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'is no log level')
    .default('info'),
});

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`;
}

function isAddressList(entries: string[]): boolean {
  try {
    proxyAddr.compile(entries);
    return true;
  } catch {
    return false;
  }
}

/** `address`, or `Name <address>`; null when it is neither. */
export function senderOf(text: string): { name: string; address: string } | null {
  const [, name = '', inBrackets] = /^([^<>\r\n]*)<([^<>]+)>$/.exec(text) ?? [];
  const address = emailAddress.safeParse(inBrackets ?? text);
  return address.success ? { name: name.trim().replace(/^"(.*)"$/, '$1'), address: address.data } : null;
}
