import { printable } from './output';

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  /** May be cut when the terminal is narrow; the widest is cut first. */
  shrinks?: boolean;
}

const GAP = '  ';
const NARROWEST = 6;

/**
 * Rows under a line of titles, in columns.
 * @param width of the terminal in characters; undefined: nothing is cut
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width?: number): string[] {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row))));
  const all = [columns.map(({ title }) => title), ...cells];
  const widths = columns.map((_, index) => Math.max(...all.map((line) => lengthOf(line[index]!))));
  if (width !== undefined) shrink(columns, widths, width);
  return all.map((line) =>
    line
      .map((cell, index) => pad(cut(cell, widths[index]!), widths[index]!))
      .join(GAP)
      .trimEnd(),
  );
}

/** Names on the left, what they hold on the right. */
export function pairs(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `  ${pad(name, width)}${GAP}${printable(value)}`);
}

function shrink<Row>(columns: readonly Column<Row>[], widths: number[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const candidates = widths.map((one, index) => (columns[index]!.shrinks && one > NARROWEST ? one : 0));
    const widest = Math.max(...candidates);
    if (widest === 0) return;
    widths[candidates.indexOf(widest)]! -= 1;
  }
}

function cut(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}

/** In code points, which a terminal mostly shows one column each for. */
function lengthOf(text: string): number {
  return [...text].length;
}
