import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new random id such as `int_7k3…`: 24 characters of 5 bits behind a prefix that tells its kind. */
export function newId(
  prefix: 'int' | 'inc' | 'evt' | 'key' | 'txt' | 'whe' | 'dlv' | 'hld' | 'lnk' | 'emb' | 'aud' | 'blk',
): string {
  let id = `${prefix}_`;
  for (const byte of randomBytes(24)) id += ALPHABET[byte & 31];
  return id;
}

const TIME_CHARACTERS = 9;

/** A new id that also says when it was made, see `madeAt`: 15 of its characters are random. @param at epoch ms */
export function newTimedId(prefix: 'txt', at: number): string {
  let time = '';
  for (let rest = at; time.length < TIME_CHARACTERS; rest = Math.floor(rest / 32))
    time = `${ALPHABET[rest % 32]}${time}`;
  return `${prefix}_${time}${newId(prefix).slice(prefix.length + 1 + TIME_CHARACTERS)}`;
}

/** When an id of `newTimedId` was made, in epoch ms. Of another id: any number. */
export function madeAt(id: string): number {
  const time = id.slice(id.indexOf('_') + 1).slice(0, TIME_CHARACTERS);
  return [...time].reduce((at, character) => at * 32 + ALPHABET.indexOf(character), 0);
}
