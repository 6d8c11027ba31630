import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type z } from 'zod';
import { Secret } from '../core/access/secret';
import { type Retention } from '../core/fleet/retention-policy';
import { KeyRingError, parseKeyRing } from './encryption/key-ring';
import { type InstagramSettings, REQUIRED_SCOPES } from './instagram/settings';
import { senderOf, settingsSchema } from './settings-schema';

/** A setting is missing or malformed. Lists every problem at once, and never a secret's value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  constructor(readonly problems: string[]) {
    super(`Evergrant cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

type Values = z.infer<typeof settingsSchema>;
type Name = keyof Values;
export interface Settings extends Values {
  /** The file that EVERGRANT_KEYS was read from; null when the variable itself holds the keys. */
  keysFile: string | null;
  /** The same for the app secrets. */
  appSecretFile: string | null;
  appSecretPreviousFile: string | null;
}

const NAMES = Object.keys(settingsSchema.shape) as Name[];
const SECRETS: readonly Name[] = [
  'EVERGRANT_KEYS',
  'EVERGRANT_API_KEY',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'EVERGRANT_IMPORT_DATABASE_URL',
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
  const parsed = settingsSchema.safeParse(values);
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

/** How long rows are kept, in days by kind. */
export function retentionOf(settings: Settings): Retention {
  return {
    events: settings.EVERGRANT_RETENTION_EVENTS_DAYS,
    messageEvents: settings.EVERGRANT_RETENTION_MESSAGE_EVENTS_DAYS,
    deliveries: settings.EVERGRANT_RETENTION_DELIVERIES_DAYS,
    refreshAttempts: settings.EVERGRANT_RETENTION_REFRESH_ATTEMPTS_DAYS,
    tokenUses: settings.EVERGRANT_RETENTION_TOKEN_USES_DAYS,
    auditLog: settings.EVERGRANT_RETENTION_AUDIT_LOG_DAYS,
    auditRuns: settings.EVERGRANT_RETENTION_AUDIT_RUNS_DAYS,
    incidents: settings.EVERGRANT_RETENTION_INCIDENTS_DAYS,
    callbacks: settings.EVERGRANT_RETENTION_CALLBACKS_DAYS,
    receivedMessages: settings.EVERGRANT_RETENTION_RECEIVED_MESSAGES_DAYS,
    sends: settings.EVERGRANT_RETENTION_SENDS_DAYS,
    connectRounds: settings.EVERGRANT_RETENTION_CONNECT_ROUNDS_DAYS,
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
