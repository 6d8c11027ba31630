import { type Fleet } from '../http/answers';
import { providerStatusText } from '../../core/text/provider-status';
import { auditPage } from '../audit/audit-page';
import { say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { pairs } from '../output/table';
import { absolute } from '../output/times';
import { JSON_OPTION, openApi } from './common';

export const fleetVerb: Verb = (program, io) => {
  program
    .command('fleet')
    .description('Show integrations by state, upcoming expiries, and the status of the audit.')
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }) => {
      const api = openApi(io);
      const fleet: Fleet = await api.get('/v1/fleet');
      if (options.json) return sayJson(io, fleet);
      say(io, ...page(fleet, api.now()));
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

function providerLine({ since, ...status }: Fleet['provider']): string {
  return providerStatusText(status, since === null ? null : absolute(since));
}

function callbackState({ lastDeliveryAt, refusedSince, refusedWhy }: Fleet['callbacks']): string {
  const last = lastDeliveryAt === null ? 'none yet' : `last delivery ${absolute(lastDeliveryAt)}`;
  return refusedSince === null ? last : `refused since ${absolute(refusedSince)}: ${refusedWhy} (${last})`;
}
