import { type Command, Option } from 'commander';
import { BULK_OUTCOMES, type BulkOutcome } from '../../core/fleet/bulk-operations';
import { BULK_OUTCOME_LABELS, bulkFilterText, outcomesText } from '../../core/text/bulk-operations';
import { BULK_PATH, followOperation } from '../bulk/run';
import { type BulkOperation, type BulkOperationItem } from '../http/answers';
import { allPages } from '../http/pages';
import { type Io } from '../output/io';
import { sayTable, show } from '../output/list';
import { note, say, sayJson } from '../output/output';
import { type Column, pairs } from '../output/table';
import { absolute, both } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, openApi, positiveNumber } from './common';

const DEFAULT_LIMIT = 50;
const ID = ['<id>', 'as shown by `bulk list`'] as const;

export const bulkVerb: Verb = (program, io) => {
  const bulk = program
    .command('bulk')
    .description('Show, pause, resume and cancel what is done with many connections at once.');
  addList(bulk, io);
  addShow(bulk, io);
  addChange(bulk, io, 'pause', 'Pause an operation: no connection is begun until it is resumed.');
  addChange(bulk, io, 'resume', 'Resume a paused operation.');
  addChange(bulk, io, 'cancel', 'Cancel what is left of an operation. What is done stays done.');
};

function addList(bulk: Command, io: Io): void {
  bulk
    .command('list')
    .description('List operations, newest first.')
    .option('--limit <n>', 'maximum number', positiveNumber, DEFAULT_LIMIT)
    .option(...JSON_OPTION)
    .action(async ({ limit, json }: { limit: number; json?: true }) => {
      const found = await allPages<BulkOperation>(openApi(io), BULK_PATH, {}, limit);
      show(io, found, json, 'No bulk operations.', COLUMNS);
      if (!json && found.nextCursor !== null) note(io, 'Older operations: use a higher --limit.');
    });
}

const COLUMNS: Column<BulkOperation>[] = [
  { title: 'STARTED', value: ({ createdAt }) => absolute(createdAt) },
  { title: 'ACTION', value: ({ action }) => action },
  { title: 'CONNECTIONS', value: ({ filter }) => bulkFilterText(filter), shrinks: true },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'DONE', value: ({ done, total }) => `${done} of ${total}` },
  { title: 'ID', value: ({ id }) => id },
];

interface ShowOptions {
  outcome?: BulkOutcome;
  follow?: true;
  json?: true;
}

function addShow(bulk: Command, io: Io): void {
  bulk
    .command('show')
    .description('Show the progress of an operation.')
    .argument(...ID)
    .addOption(
      new Option('--outcome <outcome>', 'list the connections with this outcome').choices(BULK_OUTCOMES),
    )
    .option('-f, --follow', 'wait until it ends')
    .option(...JSON_OPTION)
    .action(async (id: string, { outcome, follow, json }: ShowOptions) => {
      const api = openApi(io);
      const path = `${BULK_PATH}/${encodeURIComponent(id)}`;
      if (outcome !== undefined) {
        const found = await allPages<BulkOperationItem>(api, `${path}/items`, { outcome });
        return show(io, found, json, 'No connection has this outcome.', ITEM_COLUMNS);
      }
      const found: BulkOperation = await api.get(path);
      const operation = follow ? await followOperation(io, api, found) : found;
      if (json) return sayJson(io, operation);
      sayOperation(io, operation, api.now());
    });
}

const ITEM_COLUMNS: Column<BulkOperationItem>[] = [
  { title: 'ID', value: ({ integrationId }) => integrationId },
  { title: 'ACCOUNT', value: ({ username }) => (username === null ? '-' : `@${username}`), shrinks: true },
  { title: 'OWNER', value: ({ ownerRef }) => ownerRef, shrinks: true },
  { title: 'AT', value: ({ at }) => absolute(at) },
  { title: 'WHY', value: ({ error }) => error ?? '-', shrinks: true },
];

function sayOperation(io: Io, operation: BulkOperation, now: number): void {
  const { id, action, filter, state, done, total, spreadSeconds, outcomes, createdAt, endedAt } = operation;
  say(io, `${action}  ${state}`);
  const rows: [string, string][] = [
    ['id', id],
    ['connections', bulkFilterText(filter)],
    ['done', `${done} of ${total}`],
    ...(spreadSeconds > 0 ? [['spread', `${spreadSeconds} s`] as [string, string]] : []),
    ['started', both(createdAt, now)],
    ...(endedAt === null ? [] : [['ended', both(endedAt, now)] as [string, string]]),
  ];
  say(io, ...pairs(rows));
  const counts = Object.entries(outcomes) as [BulkOutcome, number][];
  if (counts.length > 0)
    sayTable(
      io,
      [
        { title: 'OUTCOME', value: ([outcome]) => outcome },
        { title: 'CONNECTIONS', value: ([, count]) => String(count) },
        { title: 'MEANS', value: ([outcome]) => BULK_OUTCOME_LABELS[outcome] },
      ],
      counts,
    );
}

function addChange(bulk: Command, io: Io, verb: 'pause' | 'resume' | 'cancel', description: string): void {
  bulk
    .command(verb)
    .description(description)
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (id: string, { json }: { json?: true }) => {
      const operation: BulkOperation = await openApi(io).post(
        `${BULK_PATH}/${encodeURIComponent(id)}/${verb}`,
      );
      if (json) return sayJson(io, operation);
      const { state, done, total, outcomes } = operation;
      say(io, `${operation.id} is ${state}: ${done} of ${total} connections done.`);
      if (Object.keys(outcomes).length > 0) note(io, outcomesText(outcomes));
    });
}
