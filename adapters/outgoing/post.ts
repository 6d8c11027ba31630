import { withDeadline } from '../deadline';
import { OutgoingFailure } from './failure';
import { type Head, sendTo } from './request';
import { type Resolve, addressesOf, resolveByTheSystem } from './resolve';
import { type Rules, checkTarget } from './target';

const TIMEOUT_MS = 15_000;

export interface OutgoingPost {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface OutgoingAnswer extends Head {
  durationMs: number;
}

interface Options {
  resolve?: Resolve;
  /** For the whole: name, connection, TLS, answer. */
  timeoutMs?: number;
  /** A certificate authority to trust instead of the system's. */
  ca?: string;
}

/**
 * Requests to addresses that customers gave us. They reach public addresses over https alone, never what is inside:
 * a name is resolved once, all its addresses are judged, and the connection goes to one of them. Settings of proxies in
 * the environment do not apply.
 */
export function createOutgoing(rules: Rules, options: Options = {}) {
  const { resolve = resolveByTheSystem, timeoutMs = TIMEOUT_MS, ca } = options;

  /** @throws OutgoingFailure */
  async function post({ url, headers, body }: OutgoingPost): Promise<OutgoingAnswer> {
    const began = performance.now();
    const passed = () => Math.round(performance.now() - began);
    try {
      const target = checkTarget(url, rules);
      const head = await within(timeoutMs, async (signal) => {
        const addresses = await addressesOf(target, rules, resolve);
        signal.throwIfAborted();
        return sendTo({ url: target.url, headers, body, addresses, signal, ca });
      });
      return { ...head, durationMs: passed() };
    } catch (error) {
      throw error instanceof OutgoingFailure ? new OutgoingFailure(error.code, passed()) : error;
    }
  }

  /**
   * Judges an address that is to be called later. A name that does not resolve yet passes: it is checked at every call.
   * @throws OutgoingFailure `address_refused`
   */
  async function check(url: string): Promise<void> {
    const target = checkTarget(url, rules);
    await within(timeoutMs, () => addressesOf(target, rules, resolve)).catch((error: unknown) => {
      if (!(error instanceof OutgoingFailure) || error.code === 'address_refused') throw error;
    });
  }

  return { post, check };
}

export type Outgoing = ReturnType<typeof createOutgoing>;

/** Ends with `timeout` after `ms`, and aborts what the work waits for. */
function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  return withDeadline(Date.now() + ms, work(controller.signal), () => {
    const timeout = new OutgoingFailure('timeout');
    controller.abort(timeout);
    throw timeout;
  });
}
