import { Option } from 'commander';
import { AUDIT_ACTIONS } from '../../core/access/audit-actions';
import { actorText, changesText } from '../../core/text/audit-log';
import { type AuditLogEntry } from '../http/answers';
import { findId } from '../http/find';
import { allPages } from '../http/pages';
import { show } from '../output/list';
import { note } from '../output/output';
import { type Column } from '../output/table';
import { absolute } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, openApi, positiveNumber } from './common';

const DEFAULT_LIMIT = 50;

interface Options {
  action?: string;
  actor?: string;
  since?: string;
  until?: string;
  limit: number;
  json?: true;
}

export const auditLogVerb: Verb = (program, io) => {
  program
    .command('audit-log')
    .description('Show who changed what, newest first: of one integration, or of all.')
    .argument('[id]', 'id of the integration, @username of its account, or your external id (default: all)')
    .addOption(new Option('--action <action>', 'only this action').choices(AUDIT_ACTIONS))
    .option('--actor <key id>', 'only what was done with this API key; bootstrap: the bootstrap key')
    .option('--since <time>', 'only entries from this time on, as 2026-05-21T04:00:00Z')
    .option('--until <time>', 'only entries before this time')
    .option('--limit <n>', 'maximum number', positiveNumber, DEFAULT_LIMIT)
    .option(...JSON_OPTION)
    .action(async (given: string | undefined, { limit, json, ...options }: Options) => {
      const api = openApi(io);
      const query = {
        ...(given !== undefined && { integrationId: await findId(api, given) }),
        ...(options.action && { action: options.action }),
        ...(options.actor && { actorId: options.actor }),
        ...(options.since && { since: options.since }),
        ...(options.until && { until: options.until }),
      };
      const found = await allPages<AuditLogEntry>(api, '/v1/audit-log', query, limit);
      show(io, found, json, 'No entries.', COLUMNS);
      if (!json && found.nextCursor !== null) note(io, 'Older entries: use a higher --limit.');
    });
};

const COLUMNS: Column<AuditLogEntry>[] = [
  { title: 'AT', value: ({ at }) => absolute(at) },
  { title: 'WHO', value: ({ actor }) => actorText(actor), shrinks: true },
  { title: 'ACTION', value: ({ action }) => action },
  { title: 'ON', value: ({ integrationId, target }) => target ?? integrationId ?? '-' },
  { title: 'CHANGES', value: ({ changes }) => changesText(changes), shrinks: true },
  { title: 'ADDRESS', value: ({ address }) => address ?? '-' },
];
