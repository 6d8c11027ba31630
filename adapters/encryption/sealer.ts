import { type Secret } from '../../core/access/secret';
import { SECOND_MS } from '../../core/time';
import { type Logger } from '../logger';
import { type Memory, createMemory } from '../memory';
import { DecryptFailed, type SealContext, openWith, sealWith } from './envelope';
import { type KeyChecks, KeyMismatch, KeyUnavailable } from './key-check';
import { type Key, type KeyRing } from './key-ring';

export { DecryptFailed, type SealContext } from './envelope';
export { KeyUnavailable } from './key-check';

export interface Sealed {
  sealed: Buffer;
  keyId: string;
}

interface Options {
  /** Compares keys with their check values; without it the ring is believed. */
  checks?: KeyChecks;
  logger?: Logger;
  /** Ms by a clock that never goes back. */
  now?: () => number;
}

/** A step reads a token several times, and its row before each: a value opened a moment ago is not decrypted again. */
const REMEMBERED_MS = 10 * SECOND_MS;
const MAX_REMEMBERED = 5_000;

/**
 * Seals with the first key of the ring and opens with whichever key a value names.
 * @param ring the ring, or where to find it as it is now: it is asked for at each call
 */
export function createSealer(
  ring: KeyRing | (() => KeyRing),
  { checks, logger, now = () => performance.now() }: Options = {},
) {
  const current = typeof ring === 'function' ? ring : () => ring;
  /** By key as it is in the ring: one that is replaced or taken out opens nothing more. */
  const memories = new WeakMap<Key, Memory<Secret>>();
  function openedWith(key: Key): Memory<Secret> {
    const memory =
      memories.get(key) ?? createMemory<Secret>({ forMs: REMEMBERED_MS, max: MAX_REMEMBERED, now });
    memories.set(key, memory);
    return memory;
  }

  /** @throws KeyUnavailable before anything is sealed with a key whose bytes are not those of its name */
  async function seal(plain: Secret, context: SealContext): Promise<Sealed> {
    const key = current().sealing;
    await checks?.beforeSealing(key);
    const sealed = await sealWith(key, plain, context);
    // A value that could not be opened again would lose a grant: check before the plain text is dropped.
    const again = await openWith(key, sealed, context);
    if (again.reveal() !== plain.reveal()) throw new DecryptFailed();
    openedWith(key).remember(nameOf(sealed, context), again);
    return { sealed, keyId: key.id };
  }

  /** @throws KeyUnavailable | DecryptFailed */
  async function open({ sealed, keyId }: Sealed, context: SealContext): Promise<Secret> {
    const key = current().find(keyId);
    if (!key) throw new KeyUnavailable(keyId);
    const name = nameOf(sealed, context);
    const known = openedWith(key).recall(name);
    if (known) return known;
    try {
      const plain = await openWith(key, sealed, context);
      openedWith(key).remember(name, plain);
      return plain;
    } catch (error) {
      // Not the row is at fault when the key does not even open its own check value.
      if (checks && (await checks.inspect(key)) === 'other_bytes') throw new KeyMismatch(keyId);
      if (error instanceof DecryptFailed) throw refuse(context);
      throw error;
    }
  }

  /** Logs that what is stored is not what belongs there, and gives the error to throw. */
  function refuse(context: SealContext): DecryptFailed {
    logger?.error({ expected: context }, 'what is stored sealed does not belong there, and is not used');
    return new DecryptFailed();
  }

  return {
    seal,
    open,
    refuse,
    /** Asks the database now whether the sealing key may seal. @throws KeyUnavailable */
    verify: async () => checks?.verify(current(), [current().sealing]),
    /** The same of every key. @throws KeyUnavailable naming the first that is wrong */
    verifyAll: async () => checks?.verify(current()),
    get ring() {
      return current();
    },
  };
}

export type Sealer = ReturnType<typeof createSealer>;

/** The very bytes, and what they belong to: anything else is decrypted, and refused there. */
function nameOf(sealed: Buffer, { integration, provider, version, purpose }: SealContext): string {
  return [integration, provider, version, purpose, sealed.toString('latin1')].join('\0');
}
