import { type Page } from '../http/answers';
import { type Io } from './io';
import { paint, say, sayJson, widthOf } from './output';
import { type Column, table } from './table';

/** A list as a table, or as the API's answer. @param none is said when it is empty */
export function show<Row>(
  io: Io,
  found: Page<Row>,
  json: true | undefined,
  none: string,
  columns: readonly Column<Row>[],
): void {
  if (json) return sayJson(io, found);
  if (found.data.length === 0) return say(io, none);
  sayTable(io, columns, found.data);
}

/** Rows under a bold line of titles, cut to the terminal's width. */
export function sayTable<Row>(io: Io, columns: readonly Column<Row>[], data: readonly Row[]): void {
  const [titles = '', ...rows] = table(columns, data, widthOf(io));
  say(io, paint(io, 'bold', titles), ...rows);
}
