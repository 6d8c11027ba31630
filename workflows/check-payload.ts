import { type Rejection } from '../core/lifecycle/facts';
import { isTokenCode } from '../core/lifecycle/failure';
import { type EnsureFreshInput } from '../core/lifecycle/messages';

/** Messages come from anywhere: what is not exactly as expected reads as null, and never throws. */

export function readRejection(payload: unknown): Rejection | null {
  if (!isRecord(payload)) return null;
  const { version, code, subcode, source } = payload;
  if (!isCount(version) || typeof code !== 'number' || !isTokenCode(code)) return null;
  return {
    version,
    code,
    subcode: isCount(subcode) && subcode > 0 ? subcode : null,
    source: readSource(source),
  };
}

/** What a `recover` update asks for. */
export interface Recovery {
  version: number;
  /** The refused call; null: a recheck, or only to wait for the decision under way. */
  rejection: Rejection | null;
  recheck: boolean;
}

export function readRecover(payload: unknown): Recovery | null {
  if (!isRecord(payload)) return null;
  const { version, code, recheck } = payload;
  if (!isCount(version)) return null;
  if (recheck === true) return { version, rejection: null, recheck: true };
  if (code === undefined) return { version, rejection: null, recheck: false };
  const rejection = readRejection(payload);
  return rejection && { version, rejection, recheck: false };
}

export function readEnsureFresh(payload: unknown): EnsureFreshInput | null {
  if (!isRecord(payload)) return null;
  const { version, withinMs } = payload;
  if (!isCount(version)) return null;
  if (withinMs !== null && !(typeof withinMs === 'number' && Number.isFinite(withinMs) && withinMs >= 0))
    return null;
  return { version, withinMs };
}

/** Who reported it: shown to operators, so only plain words of bounded length. */
function readSource(source: unknown): string {
  return typeof source === 'string' && /^[\w ./:@-]{1,64}$/.test(source) ? source : 'unknown';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
