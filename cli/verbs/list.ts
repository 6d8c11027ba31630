import { addConditions } from '../bulk/selection';
import { type Integration, type Page } from '../http/answers';
import { type Io } from '../output/io';
import { sayTable } from '../output/list';
import { note, say, sayJson } from '../output/output';
import { allPages } from '../http/pages';
import { type Verb } from '../verb';
import { type Column } from '../output/table';
import { relative } from '../output/times';
import { JSON_OPTION, nameOf, openApi, positiveNumber } from './common';

interface Filters {
  state?: string;
  reason?: string;
  ownerRef?: string;
  externalId?: string;
  accountId?: string;
  expiringWithinDays?: number;
}
type Options = Filters & { limit?: number; json?: true };

export const listVerb: Verb = (program, io) => {
  addConditions(program.command('list'))
    .description('List integrations, oldest first.')
    .option('--external-id <id>', 'filter by your own ID')
    .option('--account-id <id>', 'filter by Instagram account ID')
    .option('--limit <n>', 'maximum number (default: all)', positiveNumber)
    .option(...JSON_OPTION)
    .action(async ({ limit, json, ...filters }: Options) => list(io, filters, limit, json === true));
};

async function list(io: Io, filters: Filters, limit: number | undefined, json: boolean): Promise<void> {
  const api = openApi(io);
  const found: Page<Integration> = await allPages(api, '/v1/integrations', { ...filters }, limit);
  if (json) return sayJson(io, found);
  if (found.data.length === 0) {
    const filtered = Object.keys(filters).length > 0;
    return say(
      io,
      filtered ? 'No matching integrations.' : 'No integrations yet.',
      filtered
        ? 'List all with `npx evergrant list`.'
        : 'Connect one with `npx evergrant connect --owner-ref <ref>`.',
    );
  }
  sayTable(io, listColumns(api.now()), found.data);
  if (found.nextCursor !== null) note(io, `Showing the first ${found.data.length}. There are more.`);
}

/** Connections as a table. */
export function listColumns(now: number): Column<Integration>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'ACCOUNT', value: (row) => (row.account ? nameOf(row) : '-'), shrinks: true },
    { title: 'STATE', value: stateOf },
    { title: 'EXPIRES', value: (row) => expiryOf(row, now) },
    { title: 'OWNER', value: ({ ownerRef }) => ownerRef, shrinks: true },
    { title: 'EXTERNAL ID', value: ({ externalId }) => externalId ?? '-', shrinks: true },
    { title: 'NOTE', value: noteOn, shrinks: true },
  ];
}

/** A dead token's date is no promise any more. */
function expiryOf({ state, expiresAt }: Integration, now: number): string {
  if (expiresAt === null || (state === 'expired' && Date.parse(expiresAt) > now)) return '-';
  return relative(expiresAt, now);
}

function stateOf({ state, paused }: Integration): string {
  return paused && state !== 'disconnected' ? `${state}, paused` : state;
}

function noteOn({ state, reason, failedAttempts, lastError }: Integration): string {
  if (state === 'expired') return reason ?? '';
  if (state === 'active' && failedAttempts > 0)
    return `${failedAttempts} failed refreshes: ${lastError?.text ?? 'unknown'}`;
  return '';
}
