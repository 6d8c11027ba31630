import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import proxyAddr from 'proxy-addr';
import { z } from 'zod';
import { Secret } from '../core/access/secret';
import { REFRESHES_PER_SECOND } from '../core/messaging/throttle-policy';
import { KeyRingError, parseKeyRing } from './encryption/key-ring';
import { FORCE_LOGIN_PARAMETERS, type InstagramSettings, REQUIRED_SCOPES } from './instagram/settings';
import { isConfidential } from './outgoing/loopback';

/** A setting is missing or malformed. Lists every problem at once, and never a secret's value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  constructor(readonly problems: string[]) {
    super(`Evergrant cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

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
  .regex(/^postgres(ql)?:\/\//, 'is not a postgres:// URL')
  .transform((text) => new Secret(text));
const flag = z.enum(['true', 'false'], 'is neither true nor false').transform((text) => text === 'true');

const schema = z.object({
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
  EVERGRANT_API_KEY: secret.optional(),
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

type Values = z.infer<typeof schema>;
type Name = keyof Values;
export interface Settings extends Values {
  /** The file that EVERGRANT_KEYS was read from; null when the variable itself holds the keys. */
  keysFile: string | null;
  /** The same for the app secrets. */
  appSecretFile: string | null;
  appSecretPreviousFile: string | null;
}

const NAMES = Object.keys(schema.shape) as Name[];
const SECRETS: readonly Name[] = [
  'EVERGRANT_KEYS',
  'EVERGRANT_API_KEY',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'INSTAGRAM_APP_SECRET',
  'INSTAGRAM_APP_SECRET_PREVIOUS',
  'INSTAGRAM_PROXY_URL',
  'INSTAGRAM_WEBHOOK_VERIFY_TOKEN',
  'SMTP_URL',
];
/** What Kubernetes puts into every container beside a service called `evergrant…`. */
const INJECTED = /_SERVICE_HOST$|_SERVICE_PORT(_.*)?$|_PORT$|_PORT_\d+_TCP(_.*)?$/;

/**
 * Reads and checks the settings. `needs` are those without which this process cannot run.
 * @throws ConfigError with every problem
 */
export function loadSettings(env: NodeJS.ProcessEnv, needs: readonly Name[] = []): Settings {
  const problems = unknownNames(env);
  const values: Record<string, string> = {};
  for (const name of NAMES) {
    const value = valueOf(env, name, problems);
    if (value !== undefined && value !== '') values[name] = value;
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join('.')} ${issue.message}`);
  }
  if (values.EVERGRANT_KEYS !== undefined) problems.push(...keyProblems(values.EVERGRANT_KEYS));
  if (env.TEMPORAL_ADDRESS) problems.push(...addressProblems('TEMPORAL_ADDRESS', env.TEMPORAL_ADDRESS));
  if (values.EVERGRANT_TRUSTED_USER_HEADER && !values.EVERGRANT_TRUSTED_PROXIES)
    problems.push('EVERGRANT_TRUSTED_USER_HEADER needs EVERGRANT_TRUSTED_PROXIES: whose word is it?');
  for (const name of needs) if (values[name] === undefined) problems.push(`${name} is missing`);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const fileOf = (name: Name) => (env[`${name}_FILE`] ? resolve(env[`${name}_FILE`] ?? '') : null);
  return {
    ...parsed.data,
    keysFile: fileOf('EVERGRANT_KEYS'),
    appSecretFile: fileOf('INSTAGRAM_APP_SECRET'),
    appSecretPreviousFile: fileOf('INSTAGRAM_APP_SECRET_PREVIOUS'),
  };
}

/** Temporal's addresses are `host:port`. @returns what is wrong with one, as problems of settings */
export function addressProblems(name: string, address: string): string[] {
  if (/^[a-z]+:\/\//i.test(address))
    return [`${name} starts with a scheme: give host:port alone, and use TEMPORAL_TLS=true for TLS`];
  const isHostAndPort = /^([\w.-]+|\[[0-9a-f:.]+\]):\d{1,5}$/i.test(address);
  return isHostAndPort ? [] : [`${name} is not host:port`];
}

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
function senderOf(text: string): { name: string; address: string } | null {
  const [, name = '', inBrackets] = /^([^<>\r\n]*)<([^<>]+)>$/.exec(text) ?? [];
  const address = emailAddress.safeParse(inBrackets ?? text);
  return address.success ? { name: name.trim().replace(/^"(.*)"$/, '$1'), address: address.data } : null;
}

/** How this deployment sends mails: without a sender of its own, as `no-reply` at its public host. */
export function mailSettings(settings: Settings, url: Secret) {
  const host = new URL(publicUrl(settings)).hostname;
  const usual = { name: settings.EVERGRANT_PRODUCT_NAME, address: `no-reply@${host}` };
  return { url, from: senderOf(settings.EVERGRANT_NOTICE_FROM ?? '') ?? usual, host };
}

/** How this deployment reaches Instagram. @param settings with INSTAGRAM_APP_ID and _SECRET present */
export function instagramSettings(settings: Settings): InstagramSettings {
  return {
    appId: settings.INSTAGRAM_APP_ID ?? '',
    appSecret: settings.INSTAGRAM_APP_SECRET ?? new Secret(''),
    appSecretPrevious: settings.INSTAGRAM_APP_SECRET_PREVIOUS,
    webhookVerifyToken: settings.INSTAGRAM_WEBHOOK_VERIFY_TOKEN,
    authorizeUrl: settings.INSTAGRAM_AUTHORIZE_URL,
    apiUrl: settings.INSTAGRAM_API_URL,
    graphUrl: settings.INSTAGRAM_GRAPH_URL,
    graphVersion: settings.INSTAGRAM_GRAPH_VERSION,
    scopes: REQUIRED_SCOPES,
    forceLoginParameters: settings.INSTAGRAM_FORCE_LOGIN_PARAMETERS,
  };
}

/** Where owners and programs reach this deployment, without a trailing slash. */
export function publicUrl({ EVERGRANT_PUBLIC_URL: url, EVERGRANT_HTTP_PORT: port }: Settings): string {
  return url ?? `http://127.0.0.1:${port}`;
}

function unknownNames(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('EVERGRANT_') && !INJECTED.test(name))
    .filter((name) => !NAMES.includes(name as Name) && !isFileName(name))
    .map((name) => `${name} is not a setting of Evergrant`);
}

function isFileName(name: string): boolean {
  return SECRETS.some((secretName) => name === `${secretName}_FILE`);
}

function valueOf(env: NodeJS.ProcessEnv, name: Name, problems: string[]): string | undefined {
  const file = SECRETS.includes(name) ? env[`${name}_FILE`] : undefined;
  if (!file) return env[name];
  if (env[name]) problems.push(`${name} and ${name}_FILE are both set; set one`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    problems.push(`${name}_FILE names a file that cannot be read`);
    return undefined;
  }
}

function keyProblems(text: string): string[] {
  try {
    parseKeyRing(text);
    return [];
  } catch (error) {
    return error instanceof KeyRingError
      ? [`EVERGRANT_KEYS ${error.message}`]
      : ['EVERGRANT_KEYS cannot be read'];
  }
}
