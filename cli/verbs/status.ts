import { type LifecycleFacts } from '../../core/lifecycle/facts';
import { nextStepText } from '../../core/text/next-step';
import { type Integration } from '../http/answers';
import { findOne } from '../http/find';
import { type Io } from '../output/io';
import { paint, printable, say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { pairs } from '../output/table';
import { absolute, both, relative } from '../output/times';
import { ID, JSON_OPTION, nameOf, openApi } from './common';

export const statusVerb: Verb = (program, io) => {
  program
    .command('status')
    .description('Show one integration: status, token expiry and next step.')
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (given: string, options: { json?: true }) => {
      const api = openApi(io);
      const integration = await findOne(api, given);
      if (options.json) return sayJson(io, integration);
      say(io, headline(io, integration), ...overview(integration, api.now()));
    });
};

function headline(io: Io, integration: Integration): string {
  const { state, reason, usable, paused } = integration;
  const colour = usable ? 'green' : state === 'expired' ? 'red' : 'yellow';
  const verdict = usable ? 'usable' : 'not usable';
  return `${paint(io, 'bold', printable(nameOf(integration)))}  ${paint(io, colour, `${state}${reason ? ` (${reason})` : ''}, ${verdict}${paused ? ', paused' : ''}`)}`;
}

/** What is known of an integration, line by line. @param now epoch ms */
export function overview(integration: Integration, now: number): string[] {
  const { account, issuedAt, tokenVersion, lastError, banner, temporal, reconnectUrl, contact } = integration;
  const optional = (name: string, value: string | null | undefined) =>
    value ? [[name, value] as const] : [];
  return pairs([
    ['id', integration.id],
    ['owner', integration.ownerRef],
    ...optional('external id', integration.externalId),
    ...optional('contact', contact?.email),
    [
      'account',
      account ? `${account.username ? `@${account.username}` : 'no name'} (${account.id})` : 'none yet',
    ],
    ...optional('token', issuedAt && `version ${tokenVersion}, issued ${both(issuedAt, now)}`),
    ...expiry(integration, now),
    ['next', nextStep(integration, now)],
    ...optional('last error', lastError && errorLine(lastError, now)),
    ...optional('banner', banner?.text),
    ...optional('reconnect', reconnectUrl),
    ...optional(
      'workflow',
      temporal && `${temporal.workflowId}${temporal.runId ? `, run ${temporal.runId}` : ''}`,
    ),
    ['created', absolute(integration.createdAt)],
  ]);
}

/** A dead token's date is no promise any more. */
function expiry({ state, expiresAt }: Integration, now: number): [string, string][] {
  if (expiresAt === null) return [];
  const over = state === 'expired' && Date.parse(expiresAt) > now;
  return [
    ['expires', over ? `token invalid (was valid until ${absolute(expiresAt)})` : both(expiresAt, now)],
  ];
}

function nextStep(integration: Integration, now: number): string {
  const text = nextStepText(factsOf(integration), now);
  const { state, nextAttemptAt, refreshAt } = integration;
  const due = state === 'expired' ? null : (nextAttemptAt ?? refreshAt);
  if (state !== 'pending') return due ? `${text} (${absolute(due)})` : text;
  return `${text} · Create a link with \`npx evergrant reconnect-link ${integration.id}\``;
}

/** An integration as the API shows it, as far as the next step depends on it. */
function factsOf(integration: Integration): LifecycleFacts {
  const at = (instant: string | null) => (instant === null ? null : Date.parse(instant));
  const { state, lastError, nextAttemptAt } = integration;
  const ownerAction = lastError?.code === 'user_action_required' ? 'checkpoint' : null;
  return {
    ...integration,
    integrationId: integration.id,
    username: integration.account?.username ?? null,
    version: integration.tokenVersion,
    grantNo: 0,
    issuedAt: at(integration.issuedAt),
    expiresAt: at(integration.expiresAt),
    refreshAt: at(integration.refreshAt),
    nextAttemptAt: at(nextAttemptAt),
    expiringNoticed: true,
    recovery:
      state === 'recovering'
        ? { cause: 'rejection', returnTo: 'active', nextAttemptAt: at(nextAttemptAt) ?? 0, ownerAction }
        : null,
    reminder: null,
    lastError: null,
  };
}

function errorLine({ text, at }: NonNullable<Integration['lastError']>, now: number): string {
  return `${text} (${relative(at, now)})`;
}
