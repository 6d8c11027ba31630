import { HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type CallLuck } from '../../../test/soak/call-luck';
import { chanceOf } from '../../../test/soak/chance';

const SLOT_MS = 6 * HOUR_MS;

type Kind = 'refresh' | 'probe' | 'use';
const KINDS: readonly Kind[] = ['refresh', 'probe', 'use'];

/**
 * Luck by account, kind of call and minute, whatever was called before: who calls at the same time has the same luck.
 * Within six hours only calls of one kind are refused falsely, so that a second look at the token finds it alive.
 */
export function luckByInstant(seed: number): CallLuck {
  return {
    chance: ({ path, account, at }, of) =>
      chanceOf(seed, of, account ?? 'nobody', kindOf(path), Math.floor(at / MINUTE_MS)),
    mayRefuseFalsely: ({ path, account, at }) =>
      account !== null &&
      chanceOf(seed, 'refused falsely', account, Math.floor(at / SLOT_MS)).pick(KINDS) === kindOf(path),
    strikes: false,
  };
}

function kindOf(path: string): Kind {
  if (path === '/refresh_access_token') return 'refresh';
  return path === '/me' ? 'probe' : 'use';
}
