import { type Command } from 'commander';
import { type Api } from '../http/api';
import { eachRow } from '../http/pages';
import { confirm } from '../output/confirm';
import { type Io } from '../output/io';
import { say } from '../output/output';
import { YES_OPTION, openApi } from './common';

/** How one of a kind is ended. */
export interface Ending<Row> {
  path: string;
  /** Where to find it; absent: in the list at `path`, page by page. */
  rows?: (api: Api) => Promise<Row[]>;
  /** Says what stops working. */
  question: (row: Row, now: number) => string;
  done: string;
}

/** A verb that ends one of a kind by its ID, and asks first. */
export function addEnd<Row extends { id: string }>(
  group: Command,
  io: Io,
  { verb, description, ...ending }: Ending<Row> & { verb: string; description: string },
): void {
  group
    .command(verb)
    .description(description)
    .argument('<id>', `as shown by \`${group.name()} list\``)
    .option(...YES_OPTION)
    .action(async (id: string, { yes }: { yes?: true }) => endOne(io, id, yes === true, ending));
}

export async function endOne<Row extends { id: string }>(
  io: Io,
  id: string,
  isSure: boolean,
  { path, rows, question, done }: Ending<Row>,
): Promise<void> {
  const api = openApi(io);
  if (!isSure) {
    for await (const row of rows ? await rows(api) : eachRow<Row>(api, path)) {
      if (row.id !== id) continue;
      await confirm(io, question(row, api.now()));
      break;
    }
  }
  await api.delete(`${path}/${encodeURIComponent(id)}`);
  say(io, `${done} ${id}.`);
}
