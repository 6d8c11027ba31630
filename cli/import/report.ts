import { closeSync, openSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { Failure, UsageError } from '../failures';
import { type RowOutcome } from './take-row';

export interface Report {
  add(row: RowOutcome): void;
  close(): void;
}

const COLUMNS = ['row', 'line', 'owner_ref', 'external_id', 'code', 'reason', 'what_to_do'];

/** A file of refused rows, CSV or JSON by its name. It holds no token. @throws UsageError | Failure */
export function openReport(name: string): Report {
  const kind = extname(name).toLowerCase();
  if (kind !== '.csv' && kind !== '.json')
    throw new UsageError(`--report ${name}: the name must end with .csv or .json.`);
  const file = open(name);
  let rows = 0;
  writeSync(file, kind === '.csv' ? stringify([COLUMNS]) : '[');
  return {
    add(outcome) {
      rows += 1;
      const cells = cellsOf(outcome);
      // Cells that spreadsheets would run as formulas are escaped.
      if (kind === '.csv') writeSync(file, stringify([Object.values(cells)], { escape_formulas: true }));
      else writeSync(file, `${rows === 1 ? '' : ','}\n  ${JSON.stringify(cells)}`);
    },
    close() {
      if (kind === '.json') writeSync(file, '\n]\n');
      closeSync(file);
    },
  };
}

function cellsOf({ row, line, ownerRef, externalId, code, reason, hint }: RowOutcome) {
  return { row, line, owner_ref: ownerRef, external_id: externalId, code, reason, what_to_do: hint };
}

function open(name: string): number {
  try {
    return openSync(name, 'w', 0o600);
  } catch (error) {
    throw new Failure(`${name} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}
