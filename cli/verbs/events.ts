import { Option } from 'commander';
import { EVENT_TYPES } from '../../core/deliveries/events';
import { type Event, type Page } from '../http/answers';
import { type Api } from '../http/api';
import { findId } from '../http/find';
import { follow } from '../http/follow';
import { type Io } from '../output/io';
import { sayTable } from '../output/list';
import { note, say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { type Column, table } from '../output/table';
import { absolute } from '../output/times';
import { type EventFilter, feedPage, latestPage, timelinePage } from '../output/timeline';
import { JSON_OPTION, openApi, positiveNumber } from './common';

const DEFAULT_LIMIT = 100;

interface Options {
  type?: string;
  after?: string;
  limit: number;
  follow?: true;
  json?: true;
}

export const eventsVerb: Verb = (program, io) => {
  program
    .command('events')
    .description('Show events, newest first: of one integration, or of all.')
    .argument('[id]', 'id of the integration, @username of its account, or your external id (default: all)')
    .addOption(new Option('--type <type>', 'only events of this type').choices(EVENT_TYPES))
    .option('--after <event id>', 'only events after this one; of all integrations, these are oldest first')
    .option('--limit <n>', 'maximum number', positiveNumber, DEFAULT_LIMIT)
    .option(
      '--follow',
      'show them oldest first and go on with new ones until interrupted; with --json, one document per line',
    )
    .option(...JSON_OPTION)
    .action(async (given: string | undefined, { limit, json, ...options }: Options) => {
      const api = openApi(io);
      const filter: EventFilter = {
        integrationId: given === undefined ? null : await findId(api, given),
        type: options.type ?? null,
        after: options.after ?? null,
      };
      if (options.follow)
        return follow(io, api, filter, (event) => say(io, json ? JSON.stringify(event) : line(event)));
      await show(io, api, filter, limit, json === true);
    });
};

async function show(io: Io, api: Api, filter: EventFilter, limit: number, json: boolean): Promise<void> {
  // After an event the feed goes on from there, as a program reads it.
  const isFeed = filter.integrationId === null && filter.after !== null;
  const page: Page<Event> = await (isFeed
    ? feedPage(api, filter, limit)
    : filter.integrationId === null
      ? latestPage(api, filter.type, limit)
      : timelinePage(api, filter, limit));
  if (json) return sayJson(io, page);
  if (page.data.length === 0) return say(io, filter.after === null ? 'No events yet.' : 'No new events.');
  sayTable(io, COLUMNS, page.data);
  if (page.nextCursor === null) return;
  note(
    io,
    isFeed
      ? `More events: continue with --after ${page.data.at(-1)?.id}.`
      : 'Older events: use a higher --limit.',
  );
}

const COLUMNS: Column<Event>[] = [
  { title: 'AT', value: ({ at }) => absolute(at) },
  { title: 'TYPE', value: ({ type }) => type },
  { title: 'ACCOUNT', value: subject, shrinks: true },
  { title: 'DETAIL', value: detail, shrinks: true },
  { title: 'EVENT ID', value: ({ id }) => id },
];

function line(event: Event): string {
  return table(COLUMNS, [event])[1] ?? '';
}

function subject({ data, integrationId }: Event): string {
  const { username } = (data.account ?? {}) as { username?: string };
  return username ? `@${username}` : (integrationId ?? '-');
}

function detail({ data }: Event): string {
  const { state, reason, tokenVersion } = data as {
    state?: string;
    reason?: string | null;
    tokenVersion?: number;
  };
  return [tokenVersion && `version ${tokenVersion}`, state, reason].filter(Boolean).join(', ');
}
