import { type Fleet } from '../http/answers';
import { providerStatusText } from '../../core/text/provider-status';
import { auditPage } from '../audit/audit-page';
import { say, sayJson, widthOf } from '../output/output';
import { type Verb } from '../verb';
import { growthText, retentionText, sizeText } from '../../core/text/sizes';
import { type Column, pairs, table } from '../output/table';
import { absolute } from '../output/times';
import { JSON_OPTION, openApi } from './common';

export const fleetVerb: Verb = (program, io) => {
  program
    .command('fleet')
    .description(
      'Show integrations by state, upcoming expiries, the status of the audit, and the size, growth and retention of tables.',
    )
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }) => {
      const api = openApi(io);
      const fleet: Fleet = await api.get('/v1/fleet');
      if (options.json) return sayJson(io, fleet);
      say(io, ...page(fleet, api.now()), ...storage(fleet, widthOf(io)));
    });
};

function page(
  { ownerRefs, states, expiringWithin, overdue, deliveries, incidents, provider, callbacks, audit }: Fleet,
  now: number,
): string[] {
  const total = Object.values(states).reduce((sum, one) => sum + one, 0);
  const counts = Object.entries(states).map(([state, count]) => [state, String(count)] as const);
  return [
    `${total} integration${total === 1 ? '' : 's'}`,
    ...pairs(counts),
    'Tokens expiring',
    ...pairs([
      ['within 3 days', String(expiringWithin.d3)],
      ['within 7 days', String(expiringWithin.d7)],
      ['within 14 days', String(expiringWithin.d14)],
    ]),
    'Health',
    ...pairs([
      ['instagram', providerLine(provider)],
      ['overdue', overdue === 0 ? 'none' : `${overdue}, by more than an hour`],
      ['deliveries', `${deliveries.waiting} pending, ${deliveries.failed} failed`],
      [
        'incidents',
        incidents.map(({ provider, startedAt }) => `${provider} since ${absolute(startedAt)}`).join(', ') ||
          'none',
      ],
      ...(ownerRefs === null ? [['callbacks', callbackState(callbacks)] as const] : []),
    ]),
    ...(ownerRefs === null ? auditPage(audit, now) : [`Only connections of ${ownerRefs.join(', ')}.`]),
  ];
}

const TABLES_SHOWN = 8;

/** The largest tables. @param width of the terminal; undefined: nothing is cut */
function storage({ tables }: Fleet, width: number | undefined): string[] {
  if (tables === null) return [];
  const shown = tables.slice(0, TABLES_SHOWN);
  const columns: Column<(typeof shown)[number]>[] = [
    { title: 'TABLE', value: ({ name }) => name },
    { title: 'ROWS', value: ({ rows }) => String(rows) },
    { title: 'SIZE', value: ({ bytes }) => sizeText(bytes) },
    {
      title: 'GROWTH',
      value: ({ rowsPerDay, bytesPerDay }) => growthText(rowsPerDay, bytesPerDay),
      shrinks: true,
    },
    { title: 'RETENTION', value: ({ retention }) => retentionText(retention), shrinks: true },
  ];
  return ['Largest tables', ...table(columns, shown, width).map((line) => `  ${line}`)];
}

function providerLine({ since, ...status }: Fleet['provider']): string {
  return providerStatusText(status, since === null ? null : absolute(since));
}

function callbackState({ lastDeliveryAt, refusedSince, refusedWhy }: Fleet['callbacks']): string {
  const last = lastDeliveryAt === null ? 'none yet' : `last delivery ${absolute(lastDeliveryAt)}`;
  return refusedSince === null ? last : `refused since ${absolute(refusedSince)}: ${refusedWhy} (${last})`;
}
