import { type Command, Option } from 'commander';
import { DELIVERY_STATUSES } from '../../core/deliveries/deliveries';
import { UsageError } from '../failures';
import { type Delivery, type Redeliveries } from '../http/answers';
import { findId } from '../http/find';
import { allPages } from '../http/pages';
import { type Io } from '../output/io';
import { show } from '../output/list';
import { note, say, sayJson } from '../output/output';
import { type Column, pairs } from '../output/table';
import { absolute, both } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, openApi, positiveNumber } from './common';

const PATH = '/v1/deliveries';
const DEFAULT_LIMIT = 50;
const OF_ENDPOINT = ['--endpoint <id>', 'only to this webhook endpoint'] as const;
const OF_INTEGRATION = [
  '--integration <id>',
  'only events of this integration: its id, @username or your external id',
] as const;

interface Filter {
  endpoint?: string;
  integration?: string;
}

export const deliveriesVerb: Verb = (program, io) => {
  const deliveries = program
    .command('deliveries')
    .description('Show and retry webhooks and emails. Needs an admin key.');
  addList(deliveries, io);
  addShow(deliveries, io);
  addRetry(deliveries, io);
};

function addList(deliveries: Command, io: Io): void {
  deliveries
    .command('list')
    .description('List deliveries, newest first.')
    .addOption(new Option('--status <status>', 'only those with this status').choices(DELIVERY_STATUSES))
    .option(...OF_ENDPOINT)
    .option(...OF_INTEGRATION)
    .option('--limit <n>', 'maximum number', positiveNumber, DEFAULT_LIMIT)
    .option(...JSON_OPTION)
    .action(
      async ({
        status,
        limit,
        json,
        ...filter
      }: Filter & { status?: string; limit: number; json?: true }) => {
        const api = openApi(io);
        const query = { status, ...(await readFilter(io, filter)) };
        const found = await allPages<Delivery>(api, PATH, query, limit);
        show(io, found, json, 'No deliveries.', COLUMNS);
        if (!json && found.nextCursor !== null) note(io, 'Older deliveries: use a higher --limit.');
      },
    );
}

const COLUMNS: Column<Delivery>[] = [
  { title: 'CREATED', value: ({ createdAt }) => absolute(createdAt) },
  { title: 'TYPE', value: ({ type }) => type },
  { title: 'TO', value: recipientOf, shrinks: true },
  { title: 'STATUS', value: ({ status }) => status },
  { title: 'ATTEMPTS', value: ({ attempts }) => String(attempts) },
  { title: 'RESULT', value: resultOf, shrinks: true },
  { title: 'ID', value: ({ id }) => id },
];

function recipientOf({ kind, endpointId, audience }: Delivery): string {
  return kind === 'email' ? `email to ${audience ?? '-'}` : (endpointId ?? '-');
}

function resultOf({ lastStatus, lastError }: Delivery): string {
  return [lastStatus, lastError].filter((part) => part !== null).join(' ') || '-';
}

function addShow(deliveries: Command, io: Io): void {
  deliveries
    .command('show')
    .description('Show one delivery.')
    .argument('<id>', 'as shown by `deliveries list`')
    .option(...JSON_OPTION)
    .action(async (id: string, { json }: { json?: true }) => {
      const api = openApi(io);
      const delivery: Delivery = await api.get(`${PATH}/${encodeURIComponent(id)}`);
      if (json) return sayJson(io, delivery);
      const { type, status, attempts, integrationId, eventId, createdAt, nextAttemptAt, endedAt } = delivery;
      say(io, `${type}  ${status}`);
      const rows: [string, string | null][] = [
        ['id', delivery.id],
        ['to', recipientOf(delivery)],
        ['event', eventId],
        ['integration', integrationId],
        ['attempts', String(attempts)],
        ['result', resultOf(delivery)],
        ['created', both(createdAt, api.now())],
        ['next', nextAttemptAt && both(nextAttemptAt, api.now())],
        ['ended', endedAt && both(endedAt, api.now())],
      ];
      say(io, ...pairs(rows.filter((row): row is [string, string] => row[1] !== null)));
    });
}

function addRetry(deliveries: Command, io: Io): void {
  deliveries
    .command('retry')
    .description('Send a delivery again, whatever its status, or all that failed.')
    .argument('[id]', 'as shown by `deliveries list`')
    .option('--all-failed', 'all failed deliveries, except to disabled endpoints')
    .option(...OF_ENDPOINT)
    .option(...OF_INTEGRATION)
    .option(...JSON_OPTION)
    .action(
      async (
        id: string | undefined,
        { allFailed, json, ...filter }: Filter & { allFailed?: true; json?: true },
      ) => {
        if ((id === undefined) === (allFailed === undefined))
          throw new UsageError('Give the id of a delivery, or --all-failed.');
        if (id !== undefined && Object.keys(filter).length > 0)
          throw new UsageError('--endpoint and --integration need --all-failed.');
        if (id === undefined) return retryFailed(io, filter, json);
        const again: Delivery = await openApi(io).post(`${PATH}/${encodeURIComponent(id)}/redeliver`);
        if (json) return sayJson(io, again);
        say(io, `${id} is pending again.`);
      },
    );
}

async function retryFailed(io: Io, filter: Filter, json: true | undefined): Promise<void> {
  const query = await readFilter(io, filter);
  const api = openApi(io);
  const begun: Redeliveries = { redelivered: 0, hasMore: true };
  while (begun.hasMore) {
    const { redelivered, hasMore }: Redeliveries = await api.post(`${PATH}/redeliver-failed`, query);
    begun.redelivered += redelivered;
    begun.hasMore = hasMore;
  }
  if (json) return sayJson(io, begun);
  const { redelivered: count } = begun;
  say(
    io,
    count === 0
      ? 'No failed deliveries.'
      : `${count} ${count === 1 ? 'delivery is' : 'deliveries are'} pending again.`,
  );
}

async function readFilter(io: Io, { endpoint, integration }: Filter) {
  return {
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(integration !== undefined && { integrationId: await findId(openApi(io), integration) }),
  };
}
