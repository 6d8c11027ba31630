import { newId } from '../../adapters/ids';
import { MailFailure, type Mailer } from '../../adapters/mail/mailer';
import { render } from '../../adapters/mail/render';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { type NoticeText, askedLinkNotice, newLinkNotice } from '../../core/text/owner-mails';
import { type NewLinkResult } from '../../core/text/owner-pages';
import { type HttpDeps } from '../deps';
import { isRevoked } from '../../adapters/postgres/access/connect-links';
import { type Caller } from '../middleware/caller';
import { createConnectLink, readLink } from './links';

type MailDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'logger' | 'site' | 'limits'>;
type About = Parameters<typeof newLinkNotice>[0];

/** An integration with a contact to send a new link to. */
interface Reachable {
  integration: Integration;
  mailer: Mailer;
  to: string;
  /** The old link's `returnTo`. */
  returnTo: string | null;
}

/**
 * By a signed link, also an outdated one. null: no contact, no mail server, the link was revoked, or the integration is
 * disconnected.
 */
export async function findNewLinkRecipient(
  deps: Pick<HttpDeps, 'pool' | 'sealer' | 'mailer'>,
  text: string,
): Promise<Reachable | null> {
  const link = readLink(deps, text);
  if (!link || (await isRevoked(deps.pool, link))) return null;
  const integration = await findIntegration(deps.pool, link.integrationId);
  return integration && reachable(deps, integration, link.returnTo);
}

/** null: no contact, no mail server, or the integration is disconnected. */
export function reachable(
  { mailer }: Pick<HttpDeps, 'mailer'>,
  integration: Integration,
  returnTo: string | null = null,
): Reachable | null {
  const { contactEmail: to, state } = integration;
  return mailer && to !== null && state !== 'disconnected' ? { integration, mailer, to, returnTo } : null;
}

/** For an owner with an old link. Beyond the hourly limit nothing is sent, with the same response. */
export async function emailNewLink(deps: MailDeps, owner: Caller, found: Reachable): Promise<NewLinkResult> {
  const result = await emailLink(deps, owner, found, newLinkNotice);
  return result === 'limited' ? 'sent' : result;
}

/** For an operator, who asks the owner to connect. */
export function askToConnect(deps: MailDeps, operator: Caller, found: Reachable) {
  return emailLink(deps, operator, found, askedLinkNotice);
}

/** Emails a link that works for a day. */
async function emailLink(
  deps: MailDeps,
  maker: Caller,
  { integration, mailer, to, returnTo }: Reachable,
  notice: (about: About, url: string) => NoticeText,
): Promise<NewLinkResult | 'limited'> {
  const { id: integrationId, username } = integration;
  if (!(await deps.limits.mayEmailLink(integrationId))) return 'limited';
  const about = { product: deps.site.productName, username };
  const { url } = await createConnectLink(deps, maker, integration, returnTo);
  try {
    await mailer.send({ to, id: newId('dlv'), ...render(notice(about, url), deps.site.accent) });
    deps.logger.info({ integrationId }, 'new link emailed');
    return 'sent';
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    await deps.limits.refundEmailLink(integrationId);
    deps.logger.warn({ integrationId, replyCode: error.replyCode }, 'new link not emailed');
    return 'failed';
  }
}
