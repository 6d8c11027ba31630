import { createHash } from 'node:crypto';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Identifiers that look like Instagram's and follow from a seed: the same seed gives the same sequence. */
export interface Random {
  /** Letters and digits. */
  text(length: number): string;
  /** Decimal digits, ending in an odd one: above 2^53 such a number never survives being read as a double. */
  oddDigits(length: number): string;
}

/** The sequence of `seed`, continued from `position.counter`, which moves with every draw. */
export function createRandom(seed: string, position: { counter: number }): Random {
  const bytes = (length: number): Uint8Array =>
    createHash('shake256', { outputLength: length }).update(`${seed}:${position.counter++}`).digest();
  return {
    text: (length) => Array.from(bytes(length), (byte) => LETTERS_AND_DIGITS[byte % 62]).join(''),
    oddDigits: (length) =>
      Array.from(bytes(length), (byte, index) =>
        index === length - 1 ? (byte % 5) * 2 + 1 : byte % 10,
      ).join(''),
  };
}
