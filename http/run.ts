import proxyAddr from 'proxy-addr';
import { systemClock } from '../adapters/clock';
import { publicUrl } from '../adapters/config';
import { isConfidential } from '../adapters/outgoing/loopback';
import { type Services } from '../services/services';
import { createTokenUses } from '../services/token-uses';
import { createLifecycleClient } from '../client/lifecycle-client';
import { createApp } from './app';
import { type HttpDeps, type SandboxControls } from './deps';
import { createLimits } from './middleware/limits';
import { metricsApp } from './metrics';
import { type Listening, listen } from './server';

export interface RunningApi {
  url: string;
  deps: HttpDeps;
  stop(): Promise<void>;
}

/** The API's dependencies, from the services that all processes share. */
export function httpDeps(services: Services, sandbox: SandboxControls | null = null): HttpDeps {
  const { settings, clock, temporal } = services;
  return {
    ...services,
    wallClock: systemClock,
    lifecycles: createLifecycleClient(temporal, clock),
    site: {
      publicUrl: publicUrl(settings),
      productName: settings.EVERGRANT_PRODUCT_NAME,
      supportUrl: settings.EVERGRANT_SUPPORT_URL ?? null,
      logoUrl: settings.EVERGRANT_LOGO_URL ?? null,
      accent: settings.EVERGRANT_ACCENT ?? null,
      appOrigins: settings.EVERGRANT_APP_ORIGINS,
      isTrustedProxy: proxyAddr.compile(settings.EVERGRANT_TRUSTED_PROXIES),
      trustedUserHeader: settings.EVERGRANT_TRUSTED_USER_HEADER ?? null,
      allowedHosts: settings.EVERGRANT_ALLOWED_HOSTS,
    },
    operatorEmail: settings.EVERGRANT_OPERATOR_EMAIL ?? null,
    forwardMessageText: settings.EVERGRANT_FORWARD_MESSAGE_TEXT,
    limits: createLimits({
      requestsPerMinute: settings.EVERGRANT_REQUESTS_PER_MINUTE,
    }),
    tokenUses: createTokenUses(services),
    apiKey: settings.EVERGRANT_API_KEY ?? null,
    console: {
      messages: settings.EVERGRANT_CONSOLE_MESSAGES,
      temporalUiUrl: settings.EVERGRANT_TEMPORAL_UI_URL ?? null,
      sandbox,
    },
  };
}

/** A warning about a public URL that works but is insecure. */
export function publicUrlWarning(publicUrl: string): string | null {
  if (isConfidential(publicUrl)) return null;
  return 'EVERGRANT_PUBLIC_URL is plain http: keys, tokens and links cross the network unencrypted. Put TLS in front.';
}

/** What a sandbox adds: routes of its own, and controls for the console. */
export interface SandboxParts {
  controls: SandboxControls;
  extend(app: ReturnType<typeof createApp>, deps: HttpDeps): void;
}

/** Serves the API, and metrics on a separate port. */
export async function runApi(services: Services, sandbox: SandboxParts | null = null): Promise<RunningApi> {
  const {
    EVERGRANT_HTTP_HOST: host,
    EVERGRANT_HTTP_PORT: port,
    EVERGRANT_METRICS_PORT: metricsPort,
  } = services.settings;
  const deps = httpDeps(services, sandbox?.controls);
  const warning = publicUrlWarning(deps.site.publicUrl);
  if (warning) services.logger.warn(warning);
  const app = createApp(deps);
  sandbox?.extend(app, deps);
  const listening: Listening[] = [];
  const stop = async () => {
    await Promise.all(listening.map((server) => server.close()));
    await deps.tokenUses.flush();
  };
  try {
    listening.push(await listen(app, { host, port, setting: 'EVERGRANT_HTTP_PORT' }));
    listening.push(
      await listen(metricsApp(services), {
        host,
        port: metricsPort,
        setting: 'EVERGRANT_METRICS_PORT',
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: deps.site.publicUrl, deps, stop };
}
