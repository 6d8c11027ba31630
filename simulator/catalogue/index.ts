import { MESSAGING_ROWS } from './messaging';
import { PLATFORM_ROWS } from './platform';
import { REQUEST_ROWS } from './requests';
import { type Row } from './row';
import { TOKEN_ROWS } from './tokens';

/**
 * Every refusal by name; where each comes from is in `fidelity.md`. Of several rows with one code, the first is what
 * the code means without a known subcode.
 */
export const CATALOGUE = { ...TOKEN_ROWS, ...REQUEST_ROWS, ...PLATFORM_ROWS, ...MESSAGING_ROWS };

export type ErrorName = keyof typeof CATALOGUE;

const names = Object.keys(CATALOGUE) as ErrorName[];

/** The name for exactly this code and subcode. */
export const exactName = (code: number, subcode?: number): ErrorName | undefined =>
  names.find((name) => {
    const row: Row = CATALOGUE[name];
    return row.code === code && row.subcode === subcode;
  });

/** The name that fits a code best. */
export const nearestName = (code: number, subcode?: number): ErrorName | undefined =>
  exactName(code, subcode) ?? exactName(code) ?? names.find((name) => CATALOGUE[name].code === code);
