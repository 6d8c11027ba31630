import { type KeptFor } from '../fleet/retention-policy';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people, in powers of 1,000: `12 MB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3));
  const number = bytes / 1000 ** power;
  return `${Math.abs(number) < 10 && power > 0 ? number.toFixed(1) : Math.round(number)} ${UNITS[power]}`;
}

/** What a table gains per day. @param rowsPerDay null: there is no earlier sample */
export function growthText(rowsPerDay: number | null, bytesPerDay: number | null): string {
  if (rowsPerDay === null || bytesPerDay === null) return 'growth not known yet';
  const sign = (number: number) => (number < 0 ? '−' : '+');
  return `${sign(rowsPerDay)}${Math.abs(rowsPerDay).toLocaleString('en')} rows, ${sign(bytesPerDay)}${sizeText(Math.abs(bytesPerDay))} a day`;
}

const KINDS = { message_events: 'messages', token_reads: 'token reads' } as const;

/** How long a table's rows are kept. @param kept null: no audit has told yet */
export function retentionText(kept: readonly KeptFor[] | null): string {
  if (kept === null) return 'not known yet';
  if (kept.length === 0) return 'no limit';
  return kept.map(({ days, of }) => `${daysText(days)}${of ? ` (${KINDS[of]})` : ''}`).join(', ');
}

function daysText(days: number): string {
  return days === 0 ? 'until expiry' : `${days} ${days === 1 ? 'day' : 'days'}`;
}
