import { setTimeout as pause } from 'node:timers/promises';
import { InterceptingCall, status } from '@grpc/grpc-js';
import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { SECOND_MS } from '../../core/time';
import { ConfigError, addressProblems } from '../config';
import { channelThatReconnects } from './channel';

/**
 * Where Temporal is, as its own environment variables and profile file say.
 * @throws ConfigError when they cannot be used
 * @see https://docs.temporal.io/develop/environment-configuration
 */
export function temporalSettings(env: NodeJS.ProcessEnv = process.env) {
  const { connectionOptions, namespace } = readSettings(env);
  const problems = addressProblems("Temporal's address", connectionOptions.address ?? DEFAULT_ADDRESS);
  if (problems.length > 0) throw new ConfigError(problems);
  return { connectionOptions, namespace: namespace ?? 'default' };
}

const DEFAULT_ADDRESS = 'localhost:7233';

function readSettings(env: NodeJS.ProcessEnv) {
  try {
    return loadClientConnectConfig({ overrideEnvVars: stringsOf(env) });
  } catch (error) {
    const { code, path, message } = error as { code?: string; path?: string; message: string };
    const what = code === 'ENOENT' ? `a file is missing: ${path}` : message;
    throw new ConfigError([`TEMPORAL_… settings or Temporal's profile file: ${what}`]);
  }
}

export type TemporalSettings = ReturnType<typeof temporalSettings>;

export interface OpenTemporal {
  client: Client;
  close(): Promise<void>;
}

/**
 * A client that connects with its first call, so that the API can start while Temporal is down.
 * @param connectedWithinMs how long one attempt to connect may take
 */
export function openTemporal(settings: TemporalSettings, connectedWithinMs?: number): OpenTemporal {
  const retries = retriesThatEnd();
  const calls = callsThatEnd();
  const connection = Connection.lazy({
    ...settings.connectionOptions,
    channelArgs: { channelFactoryOverride: channelThatReconnects(connectedWithinMs) },
    interceptors: [deadlines, retries.interceptor, calls.interceptor],
  } satisfies ConnectionOptions);
  return {
    client: new Client({ connection, namespace: settings.namespace }),
    async close() {
      calls.end();
      await retries.end();
      calls.end();
      await connection.close();
    },
  };
}

/** A call without a deadline of its own would wait for as long as a connection that has gone silent. */
const CALL_WITHIN_MS = 30 * SECOND_MS;

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
const deadlines: Interceptor = (options, nextCall) =>
  nextCall({
    ...options,
    deadline: options.deadline ?? Date.now() + CALL_WITHIN_MS,
  }) as ReturnType<Interceptor>;

/**
 * The SDK's own retries, which can be ended. By themselves they outlive their callers, and one that comes due after
 * the connection was closed throws from a timer, where it cannot be caught.
 */
function retriesThatEnd() {
  const usual = defaultGrpcRetryOptions();
  let ended = false;
  let lastDueAt = 0;
  return {
    interceptor: makeGrpcRetryInterceptor({
      retryableDecider: (attempt, status) => !ended && usual.retryableDecider(attempt, status),
      delayFunction(attempt, status) {
        const delayMs = usual.delayFunction(attempt, status);
        lastDueAt = Math.max(lastDueAt, performance.now() + delayMs);
        return delayMs;
      },
    }),
    /** Resolves when the last retry that is planned was made; more are not planned. */
    async end() {
      ended = true;
      // A timer may be a millisecond late.
      const left = Math.ceil(lastDueAt - performance.now()) + 5;
      if (lastDueAt > 0 && left > 0) await pause(left);
    },
  };
}

/** Calls that can be ended: on a connection that has gone silent they would keep the process until their deadline. */
function callsThatEnd() {
  const underWay = new Set<InterceptingCall>();
  const interceptor: Interceptor = (options, nextCall) => {
    const call = new InterceptingCall(nextCall(options), {
      start(metadata, _listener, next) {
        underWay.add(call);
        next(metadata, {
          onReceiveStatus(received, pass) {
            underWay.delete(call);
            pass(received);
          },
        });
      },
    });
    return call;
  };
  return {
    interceptor,
    end() {
      for (const call of underWay) call.cancelWithStatus(status.CANCELLED, 'The connection was closed.');
    },
  };
}

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
