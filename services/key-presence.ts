import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { SECOND_MS } from '../core/time';
import { withDeadline } from '../adapters/deadline';
import { KeyUnavailable, type Sealer } from '../adapters/encryption/sealer';
import { reasonOf } from '../adapters/error-reason';
import { packageVersion } from '../adapters/package-version';
import { type Logger } from '../adapters/logger';
import { announceHolder, withdrawHolder } from '../adapters/postgres/keys/key-holders';
import { type Db } from '../adapters/postgres/pool';

const ANNOUNCE_EVERY_MS = 15 * SECOND_MS;
const WITHDRAW_MS = 2 * SECOND_MS;

/** Announces which keys this process has, for key rotation. */
export interface KeyPresence {
  /** Announces immediately, after the ring has changed. */
  announce(): Promise<void>;
  stop(): Promise<void>;
}

/** @param role the kind of process, for operators */
export function startKeyPresence(
  { db, sealer, logger }: { db: Db; sealer: Sealer; logger: Logger },
  role: string,
): KeyPresence {
  const id = randomUUID();
  let verified = false;
  let last: Promise<void> = Promise.resolve();
  let lastReason: string | null = null;

  async function announceNow(): Promise<void> {
    try {
      // A key with the right name but wrong bytes does not count.
      if (!verified) await sealer.verifyAll();
      verified = true;
      const { keys, sealing } = sealer.ring;
      const keyIds = keys.map((key) => key.id);
      await announceHolder(db, id, {
        host: hostname(),
        pid: process.pid,
        role,
        keyIds,
        sealingId: sealing.id,
        version: packageVersion(),
      });
      lastReason = null;
    } catch (error) {
      const reason = reasonOf(error);
      const level = error instanceof KeyUnavailable ? 'error' : 'warn';
      if (reason !== lastReason) logger[level]({ reason }, 'key announcement failed; retrying');
      lastReason = reason;
    }
  }

  const announce = () => (last = last.then(announceNow));
  void announce();
  const timer = setInterval(() => void announce(), ANNOUNCE_EVERY_MS);
  timer.unref();
  return {
    announce,
    async stop() {
      clearInterval(timer);
      const withdrawn = last.then(() => withdrawHolder(db, id)).catch(() => undefined);
      // A courtesy: a process that is not seen for a minute counts as ended.
      await withDeadline(Date.now() + WITHDRAW_MS, withdrawn, () => undefined);
    },
  };
}
