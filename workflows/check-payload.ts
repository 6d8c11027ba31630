import { type Rejection } from '../core/lifecycle/facts';
import { isTokenCode } from '../core/lifecycle/failure';
import { type EnsureFreshInput, type RecoverInput } from './messages';

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

export function readRecover(payload: unknown): RecoverInput | null {
  if (!isRecord(payload)) return null;
  const { version, code, subcode, source, recheck } = payload;
  if (!isCount(version)) return null;
  const wantsLook = recheck === true;
  if (!wantsLook && (typeof code !== 'number' || !isTokenCode(code))) return null;
  return {
    version,
    code: typeof code === 'number' ? code : 0,
    subcode: isCount(subcode) && subcode > 0 ? subcode : null,
    source: readSource(source),
    recheck: wantsLook,
  };
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
