import { createHash } from 'node:crypto';
import axios, { AxiosError, type AxiosAdapter, type InternalAxiosRequestConfig } from 'axios';
import { createInstagram, type Instagram } from '../../adapters/instagram/client';
import { type Gate, createProviderHttp } from '../../adapters/instagram/http';
import { REQUIRED_SCOPES } from '../../adapters/instagram/settings';
import { Secret } from '../../core/access/secret';
import { type FaultInput, type Simulator } from '../../simulator/index';
import { type Call, type Journal } from './journal';
import { type OwnProcess } from './process';
import { type VirtualTime } from './schedule';

/** What goes wrong with one call. */
export interface Fault {
  name: string;
  /** It never reaches the provider, or the answer never reaches us; at once, or after the full timeout. */
  lose?: { what: 'request' | 'answer'; after: 'at_once' | 'timeout' };
  /** What the provider answers instead, as the simulator is told it. */
  fault?: FaultInput;
  /** Only half of the answer arrives. */
  truncate?: boolean;
  retryAfter?: string;
}

export interface ProviderWeather {
  faultFor(call: { path: string; account: string | null }): Fault | null;
  /** How long a request, and then its answer, are on their way, in ms. */
  latency(call: { path: string; account: string | null }): { there: number; back: number };
}

export const ORIGIN = 'http://instagram.test';

/** The simulator in this process, reached over a network in virtual time. */
export function createProvider(parts: {
  time: VirtualTime;
  simulator: Simulator;
  weather: ProviderWeather;
  journal: Journal;
}) {
  const { time, simulator, weather, journal } = parts;
  const owners = new Map<string, string>();

  async function carry(process: OwnProcess, config: InternalAxiosRequestConfig) {
    const url = config.params || config.baseURL ? axios.getUri(config) : (config.url ?? '');
    const { pathname, searchParams } = new URL(url);
    const path = pathname.replace(/^\/v\d+\.\d+/, '');
    const token = digestOf(searchParams.get('access_token'));
    const account = owners.get(token ?? '') ?? null;
    const fault = weather.faultFor({ path, account });
    const call = journal.add<Call>({
      ...{
        kind: 'call',
        at: time.now(),
        process: process.name,
        account,
        path,
        token,
        fault: fault?.name ?? null,
      },
      ...{
        reachedAt: null,
        status: null,
        code: null,
        subcode: null,
        gave: null,
        endedAt: null,
        delivered: false,
      },
    });
    const give = async (code: string, waitMs: number): Promise<never> => {
      await process.pause(Math.max(0, waitMs));
      call.endedAt = time.now();
      throw new AxiosError('no answer', code, config);
    };
    const limit = call.at + (config.timeout ?? 15_000);
    const lost = ({ lose }: Fault): Promise<never> =>
      lose?.after === 'timeout' ? give('ECONNABORTED', limit - time.now()) : give('ECONNRESET', 50);
    const { there, back } = weather.latency({ path, account });

    await process.step();
    if (fault?.lose?.what === 'request') return lost(fault);
    await process.pause(there);
    if (fault?.fault) simulator.addFault({ ...fault.fault, times: 1 });
    const response = await simulator.app.request(url, {
      method: config.method?.toUpperCase() ?? 'GET',
      headers: Object.fromEntries(
        Object.entries(config.headers.toJSON()).map(([name, value]) => [name, `${value}`]),
      ),
      ...(typeof config.data === 'string' && { body: config.data }),
    });
    const text = await response.text();
    note(call, response.status, text);
    await process.step();
    if (fault?.lose?.what === 'answer') return lost(fault);
    if (time.now() + back > limit) return give('ECONNABORTED', limit - time.now());
    await process.pause(back);
    call.endedAt = time.now();
    call.delivered = !fault?.truncate;
    await process.step();
    return {
      data: fault?.truncate ? text.slice(0, Math.ceil(text.length / 2)) : text,
      status: response.status,
      statusText: '',
      headers: {
        ...Object.fromEntries(response.headers),
        ...(fault?.retryAfter !== undefined && { 'retry-after': fault.retryAfter }),
      },
      config,
      request: null,
    };
  }

  /** What the provider did, by its own answer, whatever becomes of that. */
  function note(call: Call, status: number, text: string): void {
    const body = jsonOf(text) as { error?: { code?: number; error_subcode?: number } } & Record<
      string,
      unknown
    >;
    call.reachedAt = time.now();
    call.status = status;
    call.code = body.error?.code ?? null;
    call.subcode = body.error?.error_subcode ?? null;
    const { access_token: given, expires_in: seconds } = body;
    if (typeof given !== 'string' || typeof seconds !== 'number') return;
    call.gave = { token: digestOf(given)!, expiresAt: time.now() + seconds * 1_000 };
    if (call.account !== null) owners.set(call.gave.token, call.account);
  }

  const adapterOf =
    (process: OwnProcess): AxiosAdapter =>
    (config) =>
      carry(process, config);

  return {
    /** The network as one process reaches it, for clients of other products. */
    adapterOf,
    /** The provider's client of one process. */
    clientOf(process: OwnProcess, gate: Gate): Instagram {
      const adapter = adapterOf(process);
      const { adapter: usual } = axios.defaults;
      axios.defaults.adapter = adapter;
      const http = createProviderHttp({ now: time.now }, { gate });
      axios.defaults.adapter = usual!;
      return createInstagram(http, {
        ...simulator.settings,
        appSecret: new Secret(simulator.settings.appSecret),
        authorizeUrl: `${ORIGIN}/oauth/authorize`,
        apiUrl: ORIGIN,
        graphUrl: ORIGIN,
        graphVersion: 'v25.0',
        scopes: REQUIRED_SCOPES,
      });
    },
    /** Whose token it is, before the first call with it. */
    introduce: (token: string, account: string) => void owners.set(digestOf(token)!, account),
  };
}

export type Provider = ReturnType<typeof createProvider>;

/** How a token is named in the journal. */
export function digestOf(token: string | null): string | null {
  return token && createHash('sha256').update(token).digest('hex').slice(0, 12);
}

function jsonOf(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
